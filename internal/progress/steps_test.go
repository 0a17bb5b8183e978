package progress

import (
	"slices"
	"strings"
	"testing"
)

// TestSteps shows what is seen of a build after each line that it prints.
func TestSteps(t *testing.T) {
	var s Steps
	colors := strings.NewReplacer("\x1b[31m", "", "\x1b[0m", "")
	for _, l := range [][2]string{
		{"#1 [internal] load build definition from Dockerfile", "load build definition from Dockerfile"},
		{"#1 transferring dockerfile: 2B done", "transferring dockerfile: 2B done"},
		{"#1 DONE 0.0s", "transferring dockerfile: 2B done"},
		{"#5 [build 2/3] RUN go build ./...", "[build 2/3] RUN go build ./..."},
		{"#5 0.094 internal/goos", "[build 2/3] internal/goos"},
		{"#6 [run 2/2] COPY . .", "[run 2/2] COPY . ."},
		{"#5 1.2 \x1b[31mdone\x1b[0m", "[build 2/3] done"},
		{"#5 1.3  10%\r 20%\r 30%\r", "[build 2/3] 30%"},
		{"10%\r20%", "20%"},
		{"#5 1.2 done", "[build 2/3] done"},
		{"#5 ...", "[build 2/3] done"},
		{"", "[build 2/3] done"},
		{"#6 CACHED", "[build 2/3] done"},
		{"Step 2/3 : RUN make", "[2/3] RUN make"},
		{" ---> 0123456789ab", "[2/3] RUN make"},
		{"cc -c main.c", "cc -c main.c"},
	} {
		s.add(l[0], colors.Replace)
		if s.Line != l[1] {
			t.Errorf("after %q: got %q, want %q", l[0], s.Line, l[1])
		}
	}
}

func TestFailedStep(t *testing.T) {
	lines := []string{"#1 [internal] load build definition", "#5 [2/2] RUN make", "#55 [1/2] RUN true", "#5 0.1 cc -c main.c", "", "#5 ERROR: exit code: 1", "#55 CANCELED"}
	if got, want := failedStep(lines), []string{lines[1], lines[3], lines[5]}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := failedStep(lines[:4]); !slices.Equal(got, lines[:4]) {
		t.Errorf("without an error: got %q", got)
	}
}
