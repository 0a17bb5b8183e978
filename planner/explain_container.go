package planner

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/docker/go-units"
)

// finding is how one container fares. The predicate goes behind its name or its
// service's.
type finding struct {
	c         Container
	facts     Facts
	verdict   Verdict
	predicate string
	brief     string // the predicate for those that wait for it; "": the predicate
	cause     Cause  // Code "": there is nothing to say
	meaning   string

	now        time.Time
	portsKnown bool // it was looked at who holds ports now
	awaited    bool // a service waits for this one's end
}

func (f *finding) examined() Examined {
	return Examined{
		Name: f.c.Name, Verdict: f.verdict, Status: f.c.Status, Health: f.c.Health,
		ExitCode: f.c.ExitCode, Meaning: f.meaning, OutOfMemory: f.facts.OutOfMemory, Error: f.facts.Error,
		Started: f.facts.Started, Finished: f.facts.Finished, Restarts: f.facts.Restarts,
		Probe: f.facts.Probe, Logs: f.facts.Logs,
	}
}

// examine looks at one container.
func (q *inquiry) examine(c Container) finding {
	f := finding{c: c, facts: q.Facts[c.ID], now: q.State.Now, portsKnown: q.Host != nil, awaited: q.awaited(c.Service)}
	switch c.Status {
	case Running:
		f.examineRunning()
	case Paused:
		f.say(VerdictPaused, "is paused", Cause{
			Code: CausePaused, Text: "it is paused", Hint: "compose unpause " + c.Service,
		})
	case Restarting:
		f.meaning = f.facts.EndedBy(c.ExitCode)
		f.crashes(RestartingText(c.ExitCode, f.facts.Restarts))
	case Removing, Dead:
		f.say(VerdictFailed, "is "+string(c.Status)+": the engine did not get done with removing it", Cause{
			Code: CauseUnremoved, Text: "the engine did not get done with removing it", Hint: "docker rm -f " + c.Name,
		})
	case Created:
		f.examineCreated()
	default:
		f.examineEnded()
	}
	return f
}

// shortRun is a run that may be one of a container that ends over and over: the engine
// takes a longer one for a good one, and begins anew with the time between restarts.
const shortRun = 10 * time.Second

// KeepsEnding tells whether a container that runs, and that the engine has restarted, may
// be one that ends over and over.
func KeepsEnding(restarts int, ran time.Duration) bool { return restarts > 0 && ran < shortRun }

func (f *finding) say(v Verdict, predicate string, c Cause) {
	f.verdict, f.predicate, f.cause = v, predicate, c
}

func (f *finding) examineRunning() {
	if KeepsEnding(f.facts.Restarts, f.now.Sub(f.facts.Started)) {
		f.crashes(fmt.Sprintf("restarting (%s so far)", times(f.facts.Restarts)))
		return
	}
	verdict, cause, brief, text := VerdictUnhealthy, CauseUnhealthy, "is unhealthy", "its health check fails"
	switch f.c.Health {
	case Unhealthy:
	case Starting:
		verdict, cause, brief, text = VerdictStarting, CauseStarting, "is starting", notPassed
	default:
		f.say(VerdictRunning, "runs", Cause{})
		if f.facts.Restarts > 0 {
			f.cause = Cause{Code: CauseRestarts, Text: f.restarts(), Hint: "compose logs " + f.c.Service + " may say why"}
		}
		return
	}
	help := ""
	if p := f.facts.Probe; p != nil {
		text, help = p.Text(), p.Hint()
	}
	f.say(verdict, brief+": "+text, Cause{Code: cause, Text: text, Hint: help})
	f.brief = brief
}

const notPassed = "its health check has not passed yet"

// crashes is for what ends soon after each start.
func (f *finding) crashes(text string) {
	if f.meaning != "" {
		text += ": " + f.meaning
	}
	f.say(VerdictRestarting, "is "+text, Cause{Code: CauseRestarts, Text: "it is " + text, Hint: f.exitHint()})
}

// Text says how the last checks went.
func (p *Probe) Text() string {
	times := fmt.Sprintf("its health check failed %d times in a row", p.Failures)
	last := ", the last time"
	if p.Failures == 1 {
		times, last = "its health check failed", ""
	}
	switch {
	case p.Failures == 0:
		return notPassed
	case p.ExitCode == -1 && p.Timeout > 0:
		return fmt.Sprintf("%s: it takes longer than its timeout of %s", times, p.Timeout)
	case p.ExitCode == -1:
		return times + ": it could not be run"
	}
	return fmt.Sprintf("%s%s with exit code %d", times, last, p.ExitCode)
}

// Hint is what helps with a check that cannot be carried out; "" for others.
func (p *Probe) Hint() string {
	missing := strings.Contains(p.Output, "not found") || strings.Contains(p.Output, "no such file")
	switch {
	case p.ExitCode == 127, p.ExitCode == 126, p.ExitCode == -1 && missing:
		return "the image has no such program: check with one that it has, or add it to the image"
	case p.ExitCode == -1:
		return "raise healthcheck.timeout, or make the check quicker"
	}
	return ""
}

func (f *finding) restarts() string {
	text := "the engine restarted it " + times(f.facts.Restarts)
	if f.facts.Policy != "" {
		text += " (restart: " + f.facts.Policy + ")"
	}
	return text
}

// times is "once", or "5 times".
func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// examineCreated is for what never ran, or could not be started.
func (f *finding) examineCreated() {
	switch {
	case f.facts.TakenPort != 0:
		text := fmt.Sprintf("port %d was taken when it was to start", f.facts.TakenPort)
		f.say(VerdictFailed, "does not run: "+text, Cause{Code: CausePortTaken, Text: text, Hint: "compose start " + f.c.Service})
		if f.portsKnown {
			f.cause.Text += ", and is free now"
		}
	case f.facts.Error != "":
		f.say(VerdictFailed, "cannot be started: "+f.facts.Error, Cause{
			Code: CauseCannotStart, Text: f.facts.Error, Hint: f.facts.Hint,
		})
		f.meaning = Meaning(f.c.ExitCode)
	default:
		f.say(VerdictStopped, "was never started", Cause{
			Code: CauseNeverStarted, Text: "it was created and never started", Hint: "compose start " + f.c.Service,
		})
	}
}

// examineEnded is for what ran.
func (f *finding) examineEnded() {
	f.meaning = Meaning(f.c.ExitCode)
	start := "compose start " + f.c.Service
	switch {
	case f.facts.OutOfMemory:
		f.say(VerdictFailed, "does not run: "+f.ended(), Cause{
			Code: CauseOutOfMemory, Text: f.ended(),
			Hint: f.exitHint(),
		})
	case f.facts.Error != "" && f.facts.Started.IsZero():
		f.examineCreated()
	case f.facts.Stopped || f.signalled():
		if f.ignoredSignal() {
			start += "; with init: true, or a handler for the signal, it would have ended at once"
		}
		f.say(VerdictStopped, "does not run: "+f.stopped(), Cause{Code: CauseStopped, Text: f.stopped(), Hint: start})
	case f.c.ExitCode == 0 && f.awaited:
		f.say(VerdictEnded, "has done its work", Cause{})
	case f.c.ExitCode == 0:
		f.say(VerdictEnded, "has ended by itself, without an error", Cause{
			Code: CauseEnded, Text: "its program came to its end (exit code 0)",
			Hint: "if it should go on, give it a command that stays in the foreground; " + start + " runs it again",
		})
	case f.awaited:
		f.say(VerdictFailed, "failed: "+f.ended(), Cause{Code: CauseExited, Text: f.ended(), Hint: f.exitHint()})
	default:
		f.say(VerdictFailed, "does not run: "+f.ended(), Cause{Code: CauseExited, Text: f.ended(), Hint: f.exitHint()})
	}
	if f.facts.Restarts > 0 && f.cause.Code != "" {
		f.cause.Text += "; " + f.restarts()
	}
}

// stopped says what somebody did, as far as the engine remembers.
func (f *finding) stopped() string {
	signals := f.facts.Signals
	switch {
	case f.ignoredSignal():
		return fmt.Sprintf("somebody stopped it; it did not heed %s within its grace period, and was killed", SignalName(signals[0]))
	case f.facts.Stopped:
		return "somebody stopped it"
	case slices.Contains(signals, sigKILL):
		return "somebody killed it"
	}
	return "somebody sent it " + SignalName(signals[len(signals)-1])
}

// ignoredSignal tells whether a stop had to kill it in the end.
func (f *finding) ignoredSignal() bool {
	return f.facts.Stopped && len(f.facts.Signals) > 1 && slices.Contains(f.facts.Signals, sigKILL)
}

// signalled tells whether the last signal that somebody sent was its end: one
// that programs end at, or the one that the exit code names.
func (f *finding) signalled() bool {
	if len(f.facts.Signals) == 0 {
		return false
	}
	last := f.facts.Signals[len(f.facts.Signals)-1]
	return f.c.ExitCode == 128+last || last == sigINT || last == sigTERM || last == sigQUIT
}

// ended is the exit code with what it means.
func (f *finding) ended() string {
	code := fmt.Sprintf("exit code %d", f.c.ExitCode)
	switch why := f.facts.EndedBy(f.c.ExitCode); {
	case f.facts.OutOfMemory:
		return why + " (" + code + ")"
	case why != "":
		return code + ", " + why
	}
	return code
}

// EndedBy is why a container ended with an exit code, beyond its program's own failures;
// "" for those.
func (f Facts) EndedBy(code int) string {
	switch {
	case f.OutOfMemory && f.MemoryLimit > 0:
		return "it ran out of memory: its limit is " + units.BytesSize(float64(f.MemoryLimit))
	case f.OutOfMemory:
		return "it ran out of memory"
	}
	return Meaning(code)
}

// RestartingText is what a container is that ends over and over and that the engine has
// restarted n times: "restarting (exit 3, 5 times)".
func RestartingText(code, n int) string {
	if n == 0 {
		return fmt.Sprintf("restarting (exit %d)", code)
	}
	return fmt.Sprintf("restarting (exit %d, %s)", code, times(n))
}

// ExitHint is what helps with a container of the service that ended by itself with an exit
// code; "" where its last lines may say why, and nothing else is known.
func (f Facts) ExitHint(code int, service string) string {
	logs := strings.Join(f.Logs, "\n")
	switch {
	case f.OutOfMemory:
		return "raise mem_limit or deploy.resources.limits.memory, or let it use less"
	case strings.Contains(logs, "exec format error"):
		return "the image or the program is for another processor: see platform, or build for this one"
	case code == 127:
		return "see command and entrypoint; a script whose lines end as on Windows is not found either"
	case code == 126:
		return "see command and entrypoint; the file may want chmod +x"
	case code == 137:
		return "nobody asked this engine for it, as far as it remembers: dmesg tells whether the host was out of memory"
	case len(f.Logs) == 0:
		return "it printed nothing; compose logs " + service
	}
	return ""
}

func (f *finding) exitHint() string {
	return f.facts.ExitHint(f.c.ExitCode, f.c.Service)
}

// awaited tells whether a service waits for this one's end.
func (q *inquiry) awaited(service string) bool {
	if q.Project != nil {
		for _, other := range q.Project.AllServices() {
			if other.DependsOn[service].Condition == string(ConditionCompleted) {
				return true
			}
		}
		return false
	}
	for _, c := range q.State.Containers {
		for _, d := range c.DependsOn {
			if d.Service == service && d.Condition == string(ConditionCompleted) {
				return true
			}
		}
	}
	return false
}
