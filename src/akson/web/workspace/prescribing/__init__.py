"""«Forordne»: a doctor renews, changes, stops and begins medicines of the municipality's list."""
