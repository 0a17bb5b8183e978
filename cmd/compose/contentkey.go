package main

import (
	"crypto/rand"

	"github.com/compose-orchestrator/compose/internal/statedir"
	"github.com/compose-orchestrator/compose/project"
)

// contentKeyFile is the key's file in the state folder.
const contentKeyFile = "content-key"

// contentKey returns the key of this machine's user, the same at each call. Where
// it cannot be kept, it is of this process alone and no later one recognizes what
// was made with it, which is said.
func (a *app) contentKey() project.ContentKey {
	a.keying.Do(func() {
		secret, err := a.contentSecret()
		if err != nil {
			a.warn("the next call will not notice whether secrets and configs changed: %v", err)
			secret = []byte(rand.Text())
		}
		a.key = project.NewContentKey(secret)
	})
	return a.key
}

func (a *app) contentSecret() ([]byte, error) {
	dir, err := statedir.Dir(a.getenv)
	if err != nil {
		return nil, err
	}
	return statedir.Secret(dir, contentKeyFile)
}
