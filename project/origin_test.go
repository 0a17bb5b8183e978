package project

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
)

func TestConfirm(t *testing.T) {
	broken := errors.New("broken")
	here := Origin{"app", "/here/app", []string{"/here/app/compose.yaml"}}
	elsewhere := Origin{"app", "/there/app", []string{"/there/app/compose.yaml"}}
	ofFile := Origin{"app", "/there", []string{"/x.yaml", "/here/app/compose.yaml"}}
	otherName := Origin{"two", "/here/app", []string{"/here/app/two.yaml"}}
	id := Identity{Name: "app", Dir: "/here/app", Files: []string{"/here/app/compose.yaml"}, Guessed: true, Unread: broken}
	none := Identity{Name: "app", Dir: "/here/app", Guessed: true, Unread: fs.ErrNotExist, absent: true}
	piped := Identity{Name: "app", Dir: "/here/app", Files: []string{"-"}, Guessed: true, Unread: broken}
	known := id
	known.Guessed = false
	tests := []struct {
		name    string
		id      Identity
		origins []Origin
		want    string // part of the error; "": it is confirmed
	}{
		{"nothing at all", id, nil, ""},
		{"no file and nothing", none, nil, "file does not exist"},
		{"of this folder", id, []Origin{here}, ""},
		{"of this folder, no file", none, []Origin{here}, ""},
		{"of this file", id, []Origin{ofFile}, ""},
		{"of another folder", id, []Origin{elsewhere}, "/there/app (/there/app/compose.yaml), not of /here/app"},
		{"of both", id, []Origin{here, elsewhere}, "/there/app"},
		{"of nobody knows where", id, []Origin{{Project: "app"}}, "a folder that its containers do not name"},
		{"another project of this folder", id, []Origin{otherName}, "project two, not of \"app\""},
		{"two of this folder", id, []Origin{otherName, here}, ""},
		{"standard input is nobody's", piped, []Origin{{"app", "/there/app", []string{"-"}}}, "/there/app (-), not of /here/app (-)"},
		{"others", id, []Origin{{"x", "/x", nil}}, ""},
		{"not guessed", known, []Origin{elsewhere}, ""},
	}
	for _, test := range tests {
		err := test.id.Confirm(test.origins)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", test.name, err, test.want)
		}
	}
}
