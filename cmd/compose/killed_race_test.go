//go:build race && !windows

package main

// killEvery is every how many calls an up is killed: a program with the race
// detector takes long to start.
const killEvery = 6
