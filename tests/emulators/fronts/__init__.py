"""Where emulated drives meet the kernel: its own drivers take them for real and make device nodes of them."""
