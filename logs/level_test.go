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
		{"npm ERR! code 1", Error},
		{"\x00\xff\xfe", Unknown},
		{"[", Unknown},
		{":", Unknown},
		{"\x1b[", Unknown},
		{`WARN[0000] text`, Warn},
		{`<11>Jan  2 03:04:05 host app[1]: message`, Error},
		{`<165>1 2026-01-02T03:04:05Z host app - - message`, Info},
		{`<4>systemd style`, Warn},
		{`Jan  2 03:04:05 mail postfix/smtpd[1]: warning: text`, Warn},
		{`Jan  2 03:04:05 mail app[1]: plain text`, Unknown},
		{`W, [2026-01-02T03:04:05.123456 #1]  WARN -- : message`, Warn},
		{`I, [2026-01-02T03:04:05.123456 #1]  INFO -- : [abc] Started GET "/"`, Info},
		{"\x1b[2m2026-01-02T03:04:05.123456Z\x1b[0m \x1b[33m WARN\x1b[0m \x1b[2mcrate::m\x1b[0m\x1b[2m:\x1b[0m text", Warn},
		{`trce: App[0]`, Trace},
		{"\x1b[40m\x1b[32minfo\x1b[39m\x1b[22m\x1b[49m: Microsoft", Info},
		{`      Now listening on: http://[::]:80`, Unknown},
		{`[03:04:05 VRB] text`, Trace},
		{`[03:04:05 WRN] text`, Warn},
		{`{"@t":"2026-01-02","@mt":"x"}`, Info},
		{`{"Timestamp":"x","Level":"Warning","MessageTemplate":"x"}`, Warn},
		{`{"EventId":1,"LogLevel":"Error","Category":"x"}`, Error},
		{`[2026-01-02T03:04:05.123+00:00] app.ERROR: message {"a":1} []`, Error},
		{`[2026-01-02 03:04:05] local.WARNING: text`, Warn},
		{`{"message":"x","context":{},"level":400,"level_name":"ERROR","channel":"app"}`, Error},
		{`[02-Jan-2026 03:04:05 UTC] PHP Fatal error:  Uncaught`, Error},
		{`PHP Warning:  x in /a.php`, Warn},
		{`2026-01-02 03:04:05.123 | SUCCESS  | mod:fn:1 - text`, Info},
		{`2026-01-02 03:04:05.123 | ERROR    | mod:fn:1 - text`, Error},
		{`2026-01-02 03:04:05 [warning  ] text key=val`, Warn},
		{`[2026-01-02 03:04:05,123: INFO/MainProcess] Task`, Info},
		{`[Nest] 1  - 01/02/2026, 3:04:05 AM     LOG [NestFactory] Starting`, Info},
		{`[Nest] 1  - 01/02/2026, 3:04:05 AM   ERROR [X] Starting`, Error},
		{`time=2026-01-02T03:04:05Z level=ERROR+2 msg=x`, Error},
		{`[2026-01-02T03:04:05,123][WARN ][o.e.c.r.a] [node] text`, Warn},
		{`2026.01.02 03:04:05.123456 [ 1 ] {} <Error> Application: text`, Error},
		{`2026-01-02T03:04:05.123Z pid=1 tid=abc class=HardJob jid=xyz INFO: start`, Info},
		{`03:04:05.123 request_id=abc [info] Sent 200`, Info},
		{"2026-01-02T03:04:05.123Z\tinfo\tservice@v0.1/service.go:1\tStarting", Info},
		{"2026-01-02T03:04:05.123Z\terror\tservice/s.go:1\tStarting", Error},
		{`2026-01-02T03:04:05Z W! [inputs.x] text`, Warn},
		{`2026-01-02T03:04:05Z E! [inputs.x] text`, Error},
		{`[2026/01/02 03:04:05] [ info] [engine] started`, Info},
		{`2026-01-02 03:04:05 +0000 [warn]: #0 text`, Warn},
		{`W260102 03:04:05.123456 1 file.go:7 x text`, Warn},
		{`E20260102 03:04:05.123456     1 init.cc:70] text`, Error},
		{`[I 2026-01-02 03:04:05.123 ServerApp] text`, Info},
		{`[W 03:04:05.123 NotebookApp] text`, Warn},
		{`[1:1:0102/030405.123456:ERROR:bus.cc(407)] Failed`, Error},
		{`[03:04:05] [Server thread/WARN]: text`, Warn},
		{`[Jan  2 03:04:05] WARNING[1]: file.c:1 fn: text`, Warn},
		{`[1700000000] unbound[1:0] info: start of service`, Info},
		{`npm ERR! code 1`, Error},
		{`npm WARN deprecated x`, Warn},
		{`npm error code 1`, Unknown},
		{`Opening log file`, Unknown},
		{`got err from x`, Unknown},
		{`2026/01/02 03:04:05 Starting log rotation`, Unknown},
		{`Jan 02, 2026 3:04:05 AM org.apache.catalina.core main`, Unknown},
		{`SEVERE: text`, Error},
		{`nginx: [emerg] host not found`, Fatal},
		{`2026/01/02 03:04:05 WARN text k=v`, Warn},
		{`[0.123s][warning][gc] x`, Warn},
		{`02-Jan-2026 03:04:05.123 general: error: text`, Error},
		{`panic: runtime error: index out of range`, Fatal},
		{`[2026-01-02T03:04:05.123Z] {dagbag.py:500} INFO - Filling`, Info},
		{`[2026-01-02T03:04:05.123Z] {dagbag.py} INFO - Filling`, Info},
		{`ts=2026 caller=x level=warn component=y err="level=error"`, Warn},
		{`[GIN] 2026/01/02 - 03:04:05 | 200 |  1ms | 1.1.1.1 | GET "/"`, Unknown},
		{`[GIN-debug] [WARNING] Running`, Warn},
		{`10.0.0.1 - - [02/Jan/2026:03:04:05 +0000] "GET /?level=error HTTP/1.1" 200 1`, Unknown},
		{`{"severity":"ERROR","ctx":{"level":"info"}}`, Error},
		{`{"log":{"level":"warn"},"message":"x"}`, Warn},
		{`{"level":"info","msg":"said {\"level\":\"error\"}"}`, Info},
		{`{"msg":"said {\"level\":\"error\"}","level":"info"}`, Info},
		{`{"severityText":"WARN"}`, Warn},
		{`[error] x`, Error},
		{`ERROR 1064 (42000): You have an error`, Error},
		{`ERROR:  relation`, Error},
		{`2026-01-02 03:04:05.123 UTC [1] STATEMENT:  SELECT error`, Unknown},
		{`2026-01-02 03:04:05.123 UTC [1] DETAIL:  Key (a)=(b)`, Unknown},
		{`[[WARN]] x`, Warn},
		{`Error: Cannot find module`, Error},
		{`TypeError: x is not a function`, Unknown},
		{`Traceback (most recent call last):`, Unknown},
		{`INFO 2026-01-02 03:04:05 text`, Info},
		{`level=info`, Info},
		{`  level=warn msg=x`, Warn},
		{`2026-01-02 03:04:05 ERR text`, Error},
		{`2026-01-02 03:04:05.123 [Info] [App] text`, Info},
		{`2026-01-02T03:04:05Z app[web.1]: at=error code=H12 desc="Request timeout"`, Unknown},
		{`[Warn] - (starship::utils): x`, Warn},
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
