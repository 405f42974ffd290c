"""An application that cannot be loaded."""
raise RuntimeError("cannot be loaded")
