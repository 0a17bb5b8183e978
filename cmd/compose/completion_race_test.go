//go:build race

package main

import "time"

// A program with the race detector is many times slower.
func init() { completionPatience = 5 * time.Second }
