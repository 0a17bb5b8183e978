//go:build !unix

package statedir

const nonblock = 0
