package main

import "os"

// peakMemory is 0: it is not measured on this system.
func peakMemory(*os.ProcessState) int64 { return 0 }
