//go:build !race && !windows

package main

// killEvery is every how many calls an up is killed.
const killEvery = 1
