package enginetest_test

import (
	"testing"

	containertypes "github.com/docker/docker/api/types/container"
)

// TestShell runs scripts in the interpreter and in busybox' shell.
func TestShell(t *testing.T) {
	scripts := []struct{ script, want string }{
		{`echo "a  b" c; echo -n d; printf '%s-%d\n' e 5`, "a  b c\nde-5\n"},
		{`f() { echo "in $1"; return 3; }; f x; echo $?`, "in x\n3\n"},
		{`for i in 1 2 3; do [ $i = 2 ] && continue; echo $i; done`, "1\n3\n"},
		{`i=0; while [ $i -lt 3 ]; do i=$((i+1)); done; echo $i`, "3\n"},
		{`case abc in a*) echo yes;; *) echo no;; esac`, "yes\n"},
		{`echo "$(echo sub; exit 2)" $?; x=$(false); echo $?`, "sub 0\n1\n"},
		{`printf 'b\na\n' | while read l; do echo "<$l>"; done`, "<b>\n<a>\n"},
		{"cat <<X\nhere $((1+1))\nX\n", "here 2\n"},
		{`echo ${U:-unset} ${#PATH} >/dev/null; echo ${U:-unset}`, "unset\n"},
		{`cd /tmp && echo x >f1 && echo y >>f1 && cat f1; ls f*; rm f1; ls f1 2>/dev/null; echo $?`, "x\ny\nf1\n1\n"},
		{`mkdir -p /tmp/d/e; touch /tmp/d/e/g /tmp/d/h; cd /tmp/d; echo *; rm -r e; ls`, "e h\nh\n"},
		{`echo out; echo err >&2; { echo both; } 2>&1`, "out\nboth\n"},
		{`set -- a b; echo $# $2; shift; echo $1`, "2 b\nb\n"},
		{`sleep 0.05 & sleep 0.1 & wait; echo $?`, "0\n"},
		{`trap 'echo term' TERM; kill -TERM $$; echo after`, "term\nafter\n"},
		{`trap 'echo bye' EXIT; echo hi`, "hi\nbye\n"},
		{`exec 3>&1 >/tmp/o; echo hidden; cat /tmp/o >&3`, "hidden\n"},
		{`[ -f /etc/passwd -a -d /etc ] && test ! -e /nosuch && echo t`, "t\n"},
		{`printf 'echo script "$@"\n' >/s; sh /s 3`, "script 3\n"},
	}
	both(t, func(t *testing.T, s *subject) {
		holder := s.run("-a", sh("exec sleep 1000"))
		for i, c := range scripts {
			id := s.run("-"+string(rune('b'+i)), sh(c.script))
			s.wait(id)
			out, errs := s.logs(id, containertypes.LogsOptions{})
			if out != c.want {
				t.Errorf("%s\n got %q\nwant %q\nerrors: %s", c.script, out, c.want, errs)
			}
		}
		out, _ := s.exec(holder, "echo from stdin\nx=1\necho $x", "sh")
		equal(t, "a script from standard input", out, "from stdin\n1\n")
	})
}
