package bench

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"

	"linli/internal/web/api"
)

// verbs are the seven steps, in order.
var verbs = [...]string{"register", "accept", "dispatch", "feedback", "reply", "verify", "close"}

// A letter is one case on its way, of one client.
type letter struct {
	crew   *crew
	key    string // prefix of the idempotency keys
	place  string
	serial int

	at int    // the next step
	id string // once registered
}

// next begins another letter.
func (l *letter) next() {
	l.serial++
	l.at, l.id = 0, ""
}

// step returns who takes the next step, where it goes and with what.
func (l *letter) step() (token, path, key string, body []byte, err error) {
	key = fmt.Sprintf("%s-%d-%d", l.key, l.serial, l.at)
	if l.at == 0 {
		body, err = json.Marshal(l.intake())
		return l.crew.desk, "/api/v1/cases", key, body, err
	}
	token, act := l.act()
	body, err = json.Marshal(act)
	return token, "/api/v1/cases/" + l.id + "/steps", key, body, err
}

// intake has twelve fields.
func (l *letter) intake() api.Intake {
	return api.Intake{Flow: "mailbox", Kind: "市政设施", Place: l.place, Spot: "菜市场南门向东五十米",
		Title:    fmt.Sprintf("市场街第%d根路灯不亮", l.serial),
		Body:     "市场街的路灯已经三天不亮了，晚上接孩子放学的家长很多，路面又有坑，前天已经有一位老人摔倒。打过两次电话都说会来修，到今天还没有人来。请尽快派人修好。",
		Reporter: api.Newcomer{Name: "王小明", Phone: fmt.Sprintf("139%08d", rand.IntN(1e8)), Address: "湖滨区崤山路中段家属院三号楼"},
		Sets:     map[string]any{"weight": "ordinary", "category": "路灯", "digest": "市场街路灯三天不亮，请求维修"}}
}

func (l *letter) act() (token string, a api.Act) {
	a.Verb = verbs[l.at]
	switch a.Verb {
	case "accept":
		return l.crew.desk, a
	case "dispatch":
		a.To, a.Words = l.crew.unit, "请按职责核实处理，并在时限内直接回复来信人。"
		return l.crew.dispatcher, a
	case "feedback":
		a.Words = "已到现场查看，为线路老化所致，正在更换。"
		return l.crew.lead, a
	case "reply":
		a.Words = "您反映的路灯已于今日修复，共更换灯头三盏、线路四十米，感谢您的监督。"
		return l.crew.lead, a
	case "verify":
		a.Words = "已电话核实，来信人表示满意。"
		return l.crew.verifier, a
	}
	a.Outcome = "solved"
	return l.crew.desk, a
}
