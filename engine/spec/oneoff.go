package spec

// oneOff sets what sets the container of a `run` apart: its standard input ends
// with the user's, and the engine may remove it by itself.
func (sp *spec) oneOff() error {
	if !sp.isOneOff() {
		return nil
	}
	o, c, h := sp.p.OneOff, sp.req.Config, sp.req.Host
	c.AttachStdin, c.StdinOnce = o.Stdin, o.Stdin
	h.AutoRemove = o.AutoRemove
	if o.TTY && sp.since("1.42") {
		h.ConsoleSize = [2]uint{o.Rows, o.Cols}
	}
	return nil
}

func (sp *spec) isOneOff() bool { return sp.p.IsOneOff(sp.s.Name, sp.number) }

// slug is the random id of a one-off.
func (sp *spec) slug() string {
	if !sp.isOneOff() {
		return ""
	}
	return sp.p.OneOff.Slug
}

// hidden tells whether the container has no name but its own: a one-off that
// was called like its service would get some of the service's requests.
func (sp *spec) hidden() bool { return sp.isOneOff() && !sp.p.OneOff.UseAliases }
