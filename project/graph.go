package project

import (
	"cmp"
	"fmt"
	"html"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// GraphOptions say what a graph shows of a service in addition to its name.
type GraphOptions struct {
	Networks, Ports, Image bool
	// Indent stands in front of each line inside the graph; "": a tab.
	Indent string
}

// Graph is the project in the language of Graphviz: a node for each service,
// and an arrow to each service that it depends on.
func (p *Project) Graph(o GraphOptions) string {
	o.Indent = cmp.Or(o.Indent, "\t")
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, o.Indent+format+";\n", args...) }
	fmt.Fprintf(&b, "digraph %s {\n", strconv.Quote(p.Name))
	line("layout=dot")
	for _, name := range slices.Sorted(maps.Keys(p.Services)) {
		line(`%s [style="filled" label=<%s>]`, strconv.Quote(name), o.label(name, p.Services[name]))
	}
	b.WriteByte('\n')
	for _, name := range slices.Sorted(maps.Keys(p.Services)) {
		for _, needed := range slices.Sorted(maps.Keys(p.Services[name].DependsOn)) {
			line("%s -> %s", strconv.Quote(name), strconv.Quote(needed))
		}
	}
	b.WriteString("}\n")
	return b.String()
}

// label is what stands in a node: text with Graphviz' HTML tags.
func (o GraphOptions) label(name string, s types.ServiceConfig) string {
	text := `<font point-size="15">` + html.EscapeString(name) + "</font>"
	add := func(title string, items []string) {
		if len(items) == 0 {
			return
		}
		for i := range items {
			items[i] = html.EscapeString(items[i])
		}
		text += `<font point-size="10"><br/><br/><b>` + title + ":</b><br/>" + strings.Join(items, "<br/>") + "</font>"
	}
	if o.Networks {
		add("Networks", slices.Sorted(maps.Keys(s.Networks)))
	}
	if o.Ports {
		var ports []string
		for _, p := range s.Ports {
			ports = append(ports, graphPort(p))
		}
		add("Ports", ports)
	}
	if o.Image && s.Image != "" {
		add("Image", []string{s.Image})
	}
	return text
}

// graphPort is "127.0.0.1:8080:80 (tcp, ingress)".
func graphPort(p types.ServicePortConfig) string {
	text := strconv.FormatUint(uint64(p.Target), 10)
	if p.Published != "" {
		text = p.Published + ":" + text
	}
	if p.HostIP != "" {
		text = p.HostIP + ":" + text
	}
	return text + " (" + p.Protocol + ", " + p.Mode + ")"
}
