package form

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"linli/internal/rule"
)

var source = rule.Source{Document: "town-1", At: func(path ...any) rule.At {
	return rule.At{File: strings.Trim(strings.ReplaceAll(fmt.Sprint(path), " ", "/"), "[]"), Line: 1, Col: 1}
}}

func decoded(t testing.TB, text string) *Form {
	t.Helper()
	f := new(Form)
	if err := yaml.Load([]byte(text), f); err != nil {
		t.Fatal(err)
	}
	return f
}

func prepared(t testing.TB, text string) *Form {
	t.Helper()
	f := decoded(t, text)
	if err := f.Prepare(source, map[string]rule.Type{"channel": rule.Text}); err != nil {
		t.Fatal(err)
	}
	return f
}

const letterYAML = `
form: letter
title: 来信登记
fields:
  - { name: subject, label: 标题, kind: text, required: true, max: 10, min: 2 }
  - { name: content, label: 内容, kind: longtext }
  - { name: weight, label: 轻重, kind: choice, options: [ordinary=一般, important=重要], basis: 4.2b }
  - { name: why, label: 重要的理由, kind: text, required: true, when: 'weight == "important"' }
  - { name: topics, label: 类别, kind: choices, options: [road=道路, water, heat=供暖], max: 2 }
  - { name: agent, label: 代他人反映, kind: bool }
  - { name: agent_id, label: 被代理人证件, kind: id-number, required: true, sensitive: masked, when: agent }
  - { name: own_id, label: 证件, kind: id-number, sensitive: hidden, when: '!agent && channel == "visit"' }
  - { name: people, label: 人数, kind: whole, least: 1, most: 999 }
  - { name: share, label: 比例, kind: number, most: 100% }
  - { name: claim, label: 金额, kind: money, least: 0.01 }
  - { name: since, label: 起始日期, kind: date, least: 2000-01-01 }
  - { name: seen, label: 时间, kind: instant }
  - { name: plate, label: 车牌, kind: text, pattern: "[A-Z]-[0-9]{3}", hint: 应如 A-123 }
  - { name: phone, label: 电话, kind: phone, sensitive: masked }
  - { name: name, label: 姓名, kind: person-name, sensitive: masked }
  - { name: firm, label: 代码, kind: credit-code }
  - { name: place, label: 地点, kind: place }
  - { name: papers, label: 材料, kind: file, max: 2 }
`

func TestCheckGivesTypedValues(t *testing.T) {
	f := prepared(t, letterYAML)
	id := withCheck("99000019491231002")
	clean, errs := f.CheckWith(map[string]string{
		"subject": " \u3000路灯\u200b不亮\x00 ", "content": "第一行\r\n第二行\x07\r\n", "weight": "important", "why": "夜里\n危险",
		"topics": "heat\nroad\nheat", "agent": "", "own_id": strings.ToLower(id), "agent_id": "not asked", "people": "１２", "share": "85%",
		"claim": "￥1,200.50元", "since": "2012年11月1日", "seen": "2026-09-29T16:30", "plate": "A-123", "phone": "+86 138-0000-0000",
		"name": "阿依古丽・买买提", "place": "411202001", "papers": "a1\nb2", "unheard": "x",
	}, rule.Facts{"channel": "visit"})
	if len(errs) > 0 {
		t.Fatalf("errors: %v", errs)
	}
	want := map[string]string{
		"subject": "路灯不亮", "content": "第一行\n第二行", "weight": "important", "why": "夜里 危险", "topics": "[road heat]", "agent": "false",
		"own_id": id, "people": "12", "share": "0.85", "claim": "1200.5元", "since": "2012-11-01", "seen": "2026-09-29 08:30:00 +0000 UTC",
		"plate": "A-123", "phone": "13800000000", "name": "阿依古丽·买买提", "place": "411202001", "papers": "[a1 b2]",
	}
	for name, w := range want {
		if got := fmt.Sprint(clean[name]); got != w {
			t.Errorf("%s = %q, want %q", name, got, w)
		}
	}
	if len(clean) != len(want) {
		t.Errorf("values: %v", clean)
	}
	if got := f.Unknown(map[string]string{"unheard": "x", "name": "y"}); !slices.Equal(got, []string{"unheard"}) {
		t.Errorf("unknown fields: %v", got)
	}
	env, err := rule.NewEnv(f.Facts())
	if err != nil {
		t.Fatal(err)
	}
	p, err := env.Condition(`weight == "important" && people > 10 && claim >= yuan(1200.5) && share < 0.9 && since < date("2012-11-02") && "heat" in topics && !agent && size(papers) == 2`, rule.At{})
	if err != nil || !p.Holds(clean) {
		t.Errorf("the filled form is not what its facts promise: %v, %+v", err, p.Ask(clean))
	}
}

func TestCheckNamesEverythingWrong(t *testing.T) {
	f := prepared(t, letterYAML)
	_, errs := f.Check(map[string]string{
		"subject": "一二三四五六七八九十一", "content": "\xff", "weight": "urgent", "why": "", "topics": "road\nwater\nheat", "agent": "yes",
		"agent_id": "990000491231002", "people": "0", "share": "1.01", "claim": "0.005", "since": "2013-02-29", "seen": "tomorrow",
		"plate": "A-1234", "phone": "1380000000", "name": "王2", "firm": "91990000", "place": "41120", "papers": "../etc/passwd",
	})
	var got []string
	for _, e := range errs {
		got = append(got, e.Field+": "+e.Message())
	}
	want := []string{
		"subject: 最多 10 个字，现有 11 个字",
		"content: 含有无法识别的字符，请重新输入",
		"weight: “urgent”不在可选之列，请从 一般、重要 中选择",
		"topics: 最多选 2 项，现有 3 项",
		"agent_id: 15 位的旧身份证号已停用，请填写 18 位的公民身份号码",
		"people: 不能小于 1",
		"share: 不能大于 1",
		"claim: 金额最多写到分，即两位小数",
		"since: 2013-02-29 这一天不存在，请核对年、月、日",
		"seen: 时间应写作 2026-10-09 16:30，且须存在",
		"plate: 格式不对：应如 A-123",
		"phone: 手机号应为 11 位，现为 10 位",
		"name: 姓名中不能有“2”",
		"firm: 统一社会信用代码应为 18 位，现为 8 位",
		"place: 地区代码应为 2、4、6、9 或 12 位数字，网格的更长",
		"papers: 附件编号“../etc/passwd”不对，请重新上传",
	}
	if !slices.Equal(got, want) {
		t.Fatalf("errors:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestRequiredOnlyWhenAsked(t *testing.T) {
	f := prepared(t, letterYAML)
	for _, c := range []struct {
		values map[string]string
		want   string
	}{
		{map[string]string{}, "[subject]"},
		{map[string]string{"subject": " \t "}, "[subject]"},
		{map[string]string{"subject": "路灯", "weight": "important"}, "[why]"},
		{map[string]string{"subject": "路灯", "weight": "ordinary"}, "[]"},
		{map[string]string{"subject": "路灯", "agent": "on"}, "[agent_id]"},
		{map[string]string{"subject": "灯"}, "[subject]"},
	} {
		_, errs := f.Check(c.values)
		names := []string{}
		for _, e := range errs {
			names = append(names, e.Field)
		}
		if got := fmt.Sprint(names); got != c.want {
			t.Errorf("%v: errors at %s, want %s", c.values, got, c.want)
		}
	}
	asked := f.Asked(map[string]string{"weight": "important", "agent": "no"}, nil)
	if !asked["why"] || asked["agent_id"] || asked["own_id"] || !asked["subject"] {
		t.Errorf("asked: %v", asked)
	}
}

func TestFormProblemsNameTheirPlace(t *testing.T) {
	f := decoded(t, `
fields:
  - { name: later, label: 甲, kind: text, when: 'weight == "x"' }
  - { name: weight, label: 乙, kind: choice }
  - { name: weight, label: 丙, kind: bool }
  - { name: no-dash, label: 丁, kind: bool }
  - { name: a, kind: bool, options: [x], least: 3, max: 2, sensitive: maybe, pattern: x, basis: "x y" }
  - { name: b, label: 戊, kind: colour }
  - { name: c, label: 己, kind: text, pattern: "(", min: 9, max: 8 }
  - { name: d, label: 庚, kind: whole, least: ten, when: 'a &&' }
  - { name: e, label: 辛, kind: money, least: 3, most: 2 }
  - { name: f, label: 壬, kind: choice, options: [x, "x=又"] }
  - { name: g, label: 癸, kind: longtext, max: 999999 }
`)
	err := f.Prepare(source, nil)
	if err == nil {
		t.Fatal("a broken form was accepted")
	}
	for _, want := range []string{
		"form:1:1: 表单没有编号", "fields/0/when:1:1: 没有名为“weight”", "fields/1/options:1:1: 栏目“weight”没有选项", "fields/2/name:1:1: 栏目名“weight”重复",
		"fields/3/name:1:1: 事实名“no-dash”", "fields/4/label:1:1: ", "fields/4/options:1:1: 种类 bool 不能有选项", "fields/4/least:1:1: 种类 bool 没有大小",
		"fields/4/max:1:1: 种类 bool 没有长度", "fields/4/sensitive:1:1: ", "fields/4/pattern:1:1: 种类 bool", "fields/4/basis:1:1: ",
		"fields/5/kind:1:1: 没有栏目种类“colour”", "fields/6/pattern:1:1: 正则表达式有误", "fields/6/min:1:1: ", "fields/7/least:1:1: “ten”：请填写整数",
		"fields/7/when:1:5: 写法有误", "fields/8/least:1:1: least 大于 most", "fields/9/options:1:1: 选项“x”重复", "fields/10/max:1:1: max 最大为 20000",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("missing: %s", want)
		}
	}
	if t.Failed() {
		t.Log(err)
	}
}

func TestMaskedFields(t *testing.T) {
	f := prepared(t, letterYAML)
	for name, c := range map[string][2]string{
		"phone":    {"13800001234", "138****1234"},
		"name":     {"王小二", "王**"},
		"agent_id": {"990000194912310021", "9900************21"},
		"own_id":   {"990000194912310021", "***"},
		"subject":  {"路灯", "路灯"},
	} {
		if got := f.Field(name).Mask(c[0]); got != c[1] {
			t.Errorf("%s: %q is shown as %q, want %q", name, c[0], got, c[1])
		}
	}
}
