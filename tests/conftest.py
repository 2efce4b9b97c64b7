"""What holds for every test."""

from hypothesis import settings

# How long an example takes depends on what else the machine does; what it shows does not.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")
