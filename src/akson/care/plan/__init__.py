"""Problems, goals and deadlines."""
