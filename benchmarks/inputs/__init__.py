"""WSDLs that the benchmarks bring: one in a file, others of any size."""
