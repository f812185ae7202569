"""Lifting what a patient may have restricted, with a ground, outside an emergency."""
