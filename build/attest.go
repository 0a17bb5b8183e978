package build

import (
	"fmt"
	"strconv"

	"github.com/compose-orchestrator/compose/hint"
)

// attestAttrs ask BuildKit for the attestations that a job wants. An engine whose
// image store has no place for them (the classic one) cannot make any.
func attestAttrs(j job, w worker, attrs map[string]string) error {
	for name, value := range map[string]string{"provenance": j.provenance, "sbom": j.sbom} {
		if !wanted(value) {
			continue
		}
		if !w.multiPlatform {
			return hint.New(fmt.Sprintf("build.%s: Attestation is not supported for the docker driver", name),
				"turn the engine's containerd image store on, build with --builder and --push, or leave it out")
		}
		if _, err := strconv.ParseBool(value); err == nil {
			value = "" // BuildKit's defaults
		}
		attrs["attest:"+name] = value
	}
	return nil
}

// wanted tells whether an attestation is wanted: any value but a false one.
func wanted(attest string) bool {
	on, err := strconv.ParseBool(attest)
	return attest != "" && (err != nil || on)
}
