package spec

import "net"

// SameAddress tells whether two addresses share one.
func SameAddress(a, b string) bool {
	x, y := net.ParseIP(a), net.ParseIP(b)
	if x == nil || y == nil { // everywhere
		return true
	}
	if (x.To4() == nil) != (y.To4() == nil) {
		return false
	}
	return x.IsUnspecified() || y.IsUnspecified() || x.Equal(y)
}
