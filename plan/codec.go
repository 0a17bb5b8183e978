package plan

import (
	"encoding/json"
	"fmt"
	"reflect"
)

// MarshalJSON writes the step with its action's verb. The error is one of
// encoding/json: an action has a field that cannot be written.
func (s Step) MarshalJSON() ([]byte, error) {
	type plain Step // without this method
	return json.Marshal(struct {
		Verb string `json:"verb"`
		plain
	}{s.Action.Verb(), plain(s)})
}

// Decode reads a plan from the JSON that json.Marshal makes of it. The table
// holds one value of each type of action that the plan's target has; its fields
// do not matter. It is an error if data is no such JSON, if an action's verb is not in
// the table, and if the table has a verb twice.
func Decode(data []byte, table []Action) (*Plan, error) {
	types := make(map[string]reflect.Type, len(table))
	for _, a := range table {
		if _, twice := types[a.Verb()]; twice {
			return nil, fmt.Errorf("two actions of the table are called %q", a.Verb())
		}
		types[a.Verb()] = reflect.TypeOf(a)
	}
	type plain Plan
	var p struct {
		Steps []json.RawMessage `json:"steps"` // shadows those of plain
		*plain
	}
	p.plain = &plain{}
	if err := json.Unmarshal(data, &p); err != nil {
		return nil, fmt.Errorf("decoding a plan: %w", err)
	}
	if p.Steps != nil {
		p.plain.Steps = make([]Step, len(p.Steps))
	}
	for i, raw := range p.Steps {
		if err := p.plain.Steps[i].decode(raw, types); err != nil {
			return nil, fmt.Errorf("decoding step %d of a plan: %w", i+1, err)
		}
	}
	return (*Plan)(p.plain), nil
}

// decode is the inverse of MarshalJSON. types are those of actions by verb.
func (s *Step) decode(data []byte, types map[string]reflect.Type) error {
	type plain Step
	fields := struct {
		Verb   string          `json:"verb"`
		Action json.RawMessage `json:"action"` // shadows that of plain
		*plain
	}{plain: (*plain)(s)}
	if err := json.Unmarshal(data, &fields); err != nil {
		return err
	}
	typ, known := types[fields.Verb]
	if !known {
		return fmt.Errorf("unknown action %q", fields.Verb)
	}
	action := reflect.New(typ)
	if len(fields.Action) > 0 {
		if err := json.Unmarshal(fields.Action, action.Interface()); err != nil {
			return fmt.Errorf("action %q: %w", fields.Verb, err)
		}
	}
	s.Action = action.Elem().Interface().(Action)
	return nil
}
