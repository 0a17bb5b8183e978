package watch

import "github.com/compose-spec/compose-go/v2/types"

// Hook is the command of a rule with SyncExec, as the file has it.
type Hook = types.ServiceHook
