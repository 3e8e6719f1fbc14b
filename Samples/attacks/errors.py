"""The error that ends an attack with one line and status 2."""


class AttackError(Exception):
    """Something that the user can put right; its text says what, and what is permitted."""
