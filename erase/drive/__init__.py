"""Facts about drives: frozen values, no IO."""
