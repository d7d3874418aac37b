"""Settings of the property tests."""

from hypothesis import settings

# A slow machine is not a wrong result: speed is measured in the benchmarks.
settings.register_profile("engine", deadline=None)
settings.load_profile("engine")
