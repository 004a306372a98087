"""Tests against programs that others wrote and partners use. What they need is said in ``parts``."""
