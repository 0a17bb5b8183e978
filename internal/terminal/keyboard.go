package terminal

import "sync"

// Keyboard is the mode of the terminal that the user types at: how what is typed comes to
// this program, and whether it shows. Several may want a mode for a while, in any order;
// where nobody does any more the terminal is as it was. Methods are safe for concurrent use.
type Keyboard struct {
	in any

	mu          sync.Mutex // guards below
	quiet, keys int        // how many want it
	changed     bool       // set holds
	before, set mode       // the mode that others gave it, and the one that it has by us
}

// NewKeyboard returns that of a stream. Where it is no terminal nothing is done.
func NewKeyboard(in any) *Keyboard { return &Keyboard{in: in} }

// Quiet has the terminal show nothing of what is typed until end is called: it would
// stand in the middle of what is drawn. What is typed waits for who reads next, and
// Ctrl-C sends its signal. end may be called more than once; it also takes in what mode
// others set meanwhile, as a shell does while this process is stopped. k may be nil.
func (k *Keyboard) Quiet() (end func()) {
	if k == nil {
		return func() {}
	}
	_, _ = k.want(func() { k.quiet++ }) // where it cannot be, what is typed shows
	return sync.OnceFunc(func() { _, _ = k.want(func() { k.quiet-- }) })
}

// Keys has the terminal deliver each key at once and without echo, until end is called
// (cbreak mode). Unlike in raw mode Ctrl-C sends its signal and output is processed as
// usual. end may be called more than once.
//
// ok is false, and nothing is changed, where the stream is no terminal and where this
// process is in its background: setting the mode from there would stop the process.
// err is that of reading or setting the terminal's mode.
func (k *Keyboard) Keys() (end func(), ok bool, err error) {
	if ok, err = k.want(func() { k.keys++ }); !ok {
		_, _ = k.want(func() { k.keys-- })
		return nil, false, err
	}
	return sync.OnceFunc(func() { _, _ = k.want(func() { k.keys-- }) }), true, nil
}

// want changes what is wanted, and sets the mode. ok tells whether it is set.
func (k *Keyboard) want(change func()) (ok bool, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	change()
	fd, ok := k.ours()
	if !ok {
		return false, nil
	}
	now, err := readMode(fd)
	if err != nil {
		return false, err
	}
	if !k.changed || now != k.set {
		k.before = now
	}
	k.set, k.changed = k.before, k.keys+k.quiet > 0
	switch {
	case k.keys > 0:
		k.set = k.set.keys()
	case k.quiet > 0:
		k.set = k.set.quiet()
	}
	if k.set == now {
		return true, nil
	}
	return true, k.set.apply(fd)
}

// ours is the terminal's descriptor, where its mode may be set.
func (k *Keyboard) ours() (fd uintptr, ok bool) {
	f, is := k.in.(file)
	if !is || !Is(k.in) || !foreground(f.Fd()) {
		return 0, false
	}
	return f.Fd(), true
}
