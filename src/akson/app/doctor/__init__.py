"""`akson doctor`: checks of the installation, one file for each, all listed in checks.py."""
