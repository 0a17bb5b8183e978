package logs

import "testing"

func TestLevelOf(t *testing.T) {
	for _, c := range []struct {
		line string
		want Level
	}{
		{`{"level":"warn","msg":"x"}`, Warn},
		{`{"msg":"level","severity":"ERROR"}`, Error},
		{`{"time":1,"level": 50,"msg":"pino"}`, Error},
		{`{"t":{"$date":"2026"},"s":"W",  "c":"NETWORK"}`, Warn},
		{`{"msg":"level: error"}`, Unknown},
		{`{"@t":"2026-01-02","@l":"Fatal"}`, Fatal},
		{`{"log.level":"debug","ecs":true}`, Debug},
		{`time="2026-01-02T03:04:05Z" level=error msg="x"`, Error},
		{`ts=1 caller=main.go:1 level="info" msg=x`, Info},
		{`msg="no level=" lvl=eror`, Error},
		{`log level=anything goes`, Unknown},
		{`[INFO] starting`, Info},
		{`[2026-01-02 03:04:05] [warning] x`, Warn},
		{`2026/01/02 03:04:05 [error] 29#29: *1 open() failed`, Error},
		{`INFO: done`, Info},
		{`INFO:     Uvicorn running on http://0.0.0.0`, Info},
		{`ERROR:root:message`, Error},
		{`2026-01-02 03:04:05,123 - app.module - WARNING - text`, Warn},
		{`2026-01-02 03:04:05.123  WARN 1 --- [main] c.e.App : text`, Warn},
		{`03:04:05.123 [main] DEBUG c.e.App -- text`, Debug},
		{`2026-01-02 03:04:05 UTC [1] ERROR:  relation "x" does not exist`, Error},
		{`2026-01-02 03:04:05.123 UTC [1] LOG:  database system is ready`, Info},
		{`2026-01-02T03:04:05Z WRN text key=1`, Warn},
		{`3:04AM INF text`, Info},
		{"\x1b[33mWARN\x1b[0m text", Warn},
		{"2026-01-02T03:04:05Z\t\x1b[31mERROR\x1b[0m\tmain.go:1\ttext", Error},
		{`W0102 03:04:05.000000       1 file.go:7] text`, Warn},
		{`E0102 03:04:05.000000 1 x.go:1] level of info`, Error},
		{`1:M 02 Jan 2026 15:04:05.000 # WARNING Memory overcommit`, Warn},
		{`1:M 02 Jan 2026 15:04:05.000 * Ready to accept connections`, Info},
		{`2026-01-02 03:04:05 0 [Note] mariadbd: ready for connections`, Info},
		{`[Thu Jan 02 03:04:05.678901 2026] [core:error] [pid 1] text`, Error},
		{`thread 'main' panicked`, Unknown},
		{`found an error in the message`, Unknown},
		{`127.0.0.1 - - [02/Jan/2026:03:04:05 +0000] "GET /error HTTP/1.1" 200 1`, Unknown},
		{`[2026-01-02T03:04:05Z INFO  my_crate] text`, Info},
		{`  at com.example.App(App.java:1)`, Unknown},
		{``, Unknown},
		{"   ", Unknown},
		{"error: no such file", Error},
		{"npm ERR! code 1", Unknown},
		{"\x00\xff\xfe", Unknown},
		{"[", Unknown},
		{":", Unknown},
		{"\x1b[", Unknown},
	} {
		if got := LevelOf([]byte(c.line)); got != c.want {
			t.Errorf("%q: level %d, want %d", c.line, got, c.want)
		}
	}
}

func TestParseLevel(t *testing.T) {
	for text, want := range map[string]Level{"warn": Warn, "WARNING": Warn, "Info": Info, "critical": Fatal} {
		if got, err := ParseLevel(text); err != nil || got != want {
			t.Errorf("%q: %d, %v", text, got, err)
		}
	}
	if _, err := ParseLevel("loud"); err == nil {
		t.Error("no error for a level that nobody knows")
	}
}

func FuzzLevelOf(f *testing.F) {
	f.Add([]byte("[INFO] x"))
	f.Add([]byte(`{"level":`))
	f.Fuzz(func(t *testing.T, line []byte) {
		if l := LevelOf(line); l > Fatal {
			t.Errorf("level %d", l)
		}
	})
}
