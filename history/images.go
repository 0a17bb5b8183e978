package history

import "slices"

// KeptDeployments is of how many deployments a service's images are kept at the engine.
const KeptDeployments = 5

// Images are the ids of those of deployments.
type Images struct {
	// Now are those of the newest deployment: its containers or their names keep them.
	Now map[string]bool
	// Earlier are others that a rollback may ask for: of each service those of its last
	// deployments that ended well and brought something up.
	Earlier map[string]bool
	// Old are those that no rollback is helped with any more.
	Old map[string]bool
}

// ImagesOf sorts the images of the deployments that Store.List returned.
func ImagesOf(all []Listed) Images {
	i := Images{Now: map[string]bool{}, Earlier: map[string]bool{}, Old: map[string]bool{}}
	of := map[string]int{}
	newest := true
	for _, l := range slices.Backward(all) {
		if l.Err != nil || l.Definition == nil || l.Outcome.Result != Done {
			continue
		}
		for service, image := range l.Images {
			of[service]++
			switch {
			case newest:
				i.Now[image.ID] = true
			case i.Now[image.ID]:
			case of[service] <= KeptDeployments:
				i.Earlier[image.ID] = true
			case !i.Earlier[image.ID]:
				i.Old[image.ID] = true
			}
		}
		newest = false
	}
	return i
}
