package pack

import (
	"linli/internal/flow"
	"linli/internal/form"
)

type itemSpec struct {
	Item      string              `yaml:"item,required"`
	Name      string              `yaml:"name,required"`
	Says      string              `yaml:"says,required"`
	Words     []string            `yaml:"words,required"`
	Who       string              `yaml:"who,required"`
	Flow      string              `yaml:"flow"`
	Form      string              `yaml:"form,required"`
	Asks      []form.Field        `yaml:"asks"`
	When      []itemConditionSpec `yaml:"when"`
	Materials []materialSpec      `yaml:"materials"`
	Term      itemTermSpec        `yaml:"term,required"`
	Fee       *feeSpec            `yaml:"fee"`
	Accepts   []string            `yaml:"accepts,required"`
	Channels  []string            `yaml:"channels"`
	Desk      flow.List           `yaml:"desk"`
	Decides   string              `yaml:"decides,required"`
	Joint     []jointSpec         `yaml:"joint"`
	Result    *itemResultSpec     `yaml:"result"`
	Effects   []itemEffectSpec    `yaml:"effects"`
	Proxy     *itemLeaveSpec      `yaml:"proxy"`
	Advance   *itemLeaveSpec      `yaml:"advance"`
	Green     *itemConditionSpec  `yaml:"green"`
	Agency    *itemLeaveSpec      `yaml:"agency"`
	Next      []nextItemSpec      `yaml:"next"`
	Grants    flow.List           `yaml:"grants"`
	Archive   string              `yaml:"archive"`
	Basis     flow.List           `yaml:"basis,required"`
}

type itemConditionSpec struct {
	Says  string    `yaml:"says,required"`
	When  string    `yaml:"when,required"`
	Basis flow.List `yaml:"basis"`
}

type materialSpec struct {
	ID    string    `yaml:"id,required"`
	Name  string    `yaml:"name,required"`
	Known []string  `yaml:"known-from"`
	Owed  string    `yaml:"owed"`
	When  string    `yaml:"when"`
	Hint  string    `yaml:"hint"`
	Basis flow.List `yaml:"basis"`
}

type itemTermSpec struct {
	From     string    `yaml:"from"`
	Legal    string    `yaml:"legal"`
	Promised string    `yaml:"promised"`
	Basis    flow.List `yaml:"basis"`
}

type feeSpec struct {
	Yuan  string    `yaml:"yuan,required"`
	Why   string    `yaml:"why"`
	Basis flow.List `yaml:"basis"`
}

type jointSpec struct {
	Office string    `yaml:"office,required"`
	Does   string    `yaml:"does,required"`
	Term   string    `yaml:"term,required"`
	After  []string  `yaml:"after"`
	When   string    `yaml:"when"`
	Reuse  string    `yaml:"reuse"`
	Basis  flow.List `yaml:"basis"`
}

type itemResultSpec struct {
	Document string    `yaml:"document,required"`
	Number   string    `yaml:"number,required"`
	Valid    string    `yaml:"valid"`
	Basis    flow.List `yaml:"basis"`
}

type itemEffectSpec struct {
	Fact     string    `yaml:"fact"`
	Relation string    `yaml:"relation"`
	Of       string    `yaml:"of"`
	Is       string    `yaml:"is"`
	Field    string    `yaml:"field"`
	Ends     bool      `yaml:"ends"`
	When     string    `yaml:"when"`
	Basis    flow.List `yaml:"basis"`
}

type itemLeaveSpec struct {
	Says  string    `yaml:"says,required"`
	Basis flow.List `yaml:"basis"`
}

type nextItemSpec struct {
	Item  string    `yaml:"item,required"`
	Says  string    `yaml:"says,required"`
	When  string    `yaml:"when"`
	Basis flow.List `yaml:"basis"`
}
