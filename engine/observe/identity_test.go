package observe

import (
	"testing"

	"github.com/docker/docker/api/types/image"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

func TestImageIdentity(t *testing.T) {
	manifest := func(id, arch string, available bool) image.ManifestSummary {
		return image.ManifestSummary{
			ID: id, Kind: image.ManifestKindImage, Available: available,
			ImageData: &image.ImageProperties{Platform: ocispec.Platform{OS: "linux", Architecture: arch}},
		}
	}
	amd, arm, absent := manifest("amd", "amd64", true), manifest("arm", "arm64", true), manifest("absent", "s390x", false)
	attestation := image.ManifestSummary{ID: "att", Kind: image.ManifestKindAttestation, Available: true}
	tests := []struct {
		name      string
		manifests []image.ManifestSummary
		platform  string
		want      string
	}{
		{"old engine", nil, "", "top"},
		{"one", []image.ManifestSummary{amd, absent, attestation}, "", "amd"},
		{"one, whatever is asked for", []image.ManifestSummary{amd}, "linux/arm64", "amd"},
		{"several", []image.ManifestSummary{amd, arm}, "", "top"},
		{"several, one asked for", []image.ManifestSummary{amd, arm}, "linux/arm64", "arm"},
		{"several, another asked for", []image.ManifestSummary{amd, arm}, "linux/s390x", "top"},
	}
	for _, test := range tests {
		got := ImageIdentity(image.InspectResponse{ID: "top", Manifests: test.manifests}, test.platform)
		if got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}
