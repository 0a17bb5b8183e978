package render_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/internal/render"
)

type item struct {
	Name  string
	State string
	Ports []int
}

var listing = render.Listing[item]{
	Items: []item{{"demo-web-1", "running", []int{80, 443}}, {"demo-database-1", "exited\tor\nnot", nil}},
	Columns: []render.Column[item]{
		{Field: "Name", Text: func(i item) string { return i.Name }},
		{Field: "State", Header: "status", Text: func(i item) string { return i.State }},
	},
}

func TestListing(t *testing.T) {
	lines := listing
	lines.Lines = true
	empty := listing
	empty.Items = nil
	for _, tt := range []struct {
		name, format string
		l            render.Listing[item]
		want         string
	}{
		{"table", "", listing, "NAME              STATUS\ndemo-web-1        running\ndemo-database-1   exited or not\n"},
		{"empty table", "table", empty, "NAME      STATUS\n"},
		{"array", "json", listing, `[{"Name":"demo-web-1","State":"running","Ports":[80,443]},{"Name":"demo-database-1","State":"exited\tor\nnot","Ports":null}]` + "\n"},
		{"empty array", "json", empty, "[]\n"},
		{"lines", "json", lines, `{"Name":"demo-web-1","State":"running","Ports":[80,443]}` + "\n" + `{"Name":"demo-database-1","State":"exited\tor\nnot","Ports":null}` + "\n"},
		{"template", `{{.Name | upper}}\t{{join .Ports "+"}}`, listing, "DEMO-WEB-1\t80+443\nDEMO-DATABASE-1\t\n"},
		{"json in a template", `{{json .Ports}}`, listing, "[80,443]\nnull\n"},
		{"table without a space", `table{{.Name}}`, render.Listing[item]{Items: listing.Items[:1], Columns: listing.Columns}, "NAME\ndemo-web-1\n"},
		{"table of a template", `table {{.State | upper}}\t{{.Name}}`, render.Listing[item]{Items: listing.Items[:1], Columns: listing.Columns}, "STATUS    NAME\nRUNNING   demo-web-1\n"},
	} {
		var b bytes.Buffer
		if err := tt.l.Write(&b, tt.format); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if b.String() != tt.want {
			t.Errorf("%s: got %q\nwant %q", tt.name, b.String(), tt.want)
		}
	}
}

func TestListingErrors(t *testing.T) {
	for _, format := range []string{"{{.Name", "{{.Nome}}", "table {{.Name", "table {{.Nome.X}}"} {
		var b bytes.Buffer
		if err := listing.Write(&b, format); err == nil || !strings.Contains(err.Error(), "--format") {
			t.Errorf("%q: got %v, want an error that names --format", format, err)
		}
	}
}
