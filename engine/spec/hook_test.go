package spec

import "testing"

func TestHookOptions(t *testing.T) {
	p := loadText(t, withAttributes(`{post_start: [{command: echo a b, user: u, privileged: true, working_dir: /w, environment: {B: "2", A: "1"}}], pre_stop: [{command: [x, "y z"]}]}`))
	web := p.Services["web"]
	after, before := HookOptions(web.PostStart[0]), HookOptions(web.PreStop[0])
	for _, w := range []at{
		{"Cmd", `["echo","a","b"]`}, {"User", `"u"`}, {"Privileged", `true`}, {"WorkingDir", `"/w"`}, {"Env", `["A=1","B=2"]`},
		{"AttachStdout", `true`}, {"AttachStderr", `true`},
	} {
		if got := lookup(t, after, w.path); got != w.want {
			t.Errorf("post_start: %s\n got %s\nwant %s", w.path, got, w.want)
		}
	}
	if got := lookup(t, before, "Cmd"); got != `["x","y z"]` {
		t.Errorf("pre_stop: got %s", got)
	}
}
