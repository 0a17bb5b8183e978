package history

import "slices"

// KeptDeployments is of how many deployments a service's images are kept at the engine.
const KeptDeployments = 5

// KeepImages are the ids of the images that a rollback may ask for: of each service those
// of its last deployments that ended well and brought something up. all is Store.List's.
func KeepImages(all []Listed) map[string]bool {
	keep, of := map[string]bool{}, map[string]int{}
	for _, l := range slices.Backward(all) {
		if l.Err != nil || l.Definition == nil || l.Outcome.Result != Done {
			continue
		}
		for service, image := range l.Images {
			if of[service]++; of[service] <= KeptDeployments {
				keep[image.ID] = true
			}
		}
	}
	return keep
}
