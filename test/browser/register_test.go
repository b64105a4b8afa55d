package browser

import (
	"fmt"
	"regexp"
	"testing"

	"linli/test/town"
)

// A clerk registers a dwelling, lets a resident move in, registers a child, and a newcomer whose home answers. On one engine every page of the
// registers on the way is measured.
func TestAClerkKeepsTheRegisters(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		b := c.tab(t, desktop)
		s := &sweep{tab: b}
		fit := func() string {
			path := b.at()
			if c.DB.Engine() == "sqlite" {
				s.look(path, true)
				b.open("/care?on=0&back=%2F")
				b.resize(desktop)
				b.open(path)
			}
			return path
		}
		b.login("desk")
		b.click("人房企事登记")
		fit()
		b.picture("registers")
		b.open("/register/new/0000000000000/dwelling")
		b.pick("社区（村）", "东城区沿河街道柳荫社区")
		b.fill("名称或门牌", "三号楼")
		fit()
		b.pick("社区（村）", "东城区沿河街道柳荫社区")
		b.fill("名称或门牌", "三号楼")
		b.click("登记")
		b.see("已登记", "三号楼")
		b.click("登记单元或房间")
		b.pick("级别", "房间")
		b.fill("名称", "101室")
		b.click("登记")
		b.see("101室")
		room := fit()
		b.click("迁入")
		b.fill("迁入的人", "19900000001")
		b.day("发生日期", "2026-09-01")
		b.tick("", "户籍一起迁入")
		b.click("登记")
		b.see("已登记", "许甲")
		b.click("许甲")
		b.see("户籍常住", "居住于", "迁入")
		person := fit()
		b.picture("person")
		b.open(room)
		home := eval[string](b, `[...document.querySelectorAll('a')].map(a => a.getAttribute('href')).find(h => /^\/register\/households\//.test(h))`)
		b.open(home)
		b.see("家庭户", "许甲")
		fit()
		b.click("出生")
		fit()
		b.fill("姓名", "许一")
		b.tick("性别", "女")
		b.day("出生日期", "2026-09-02")
		b.pick("母亲", "许甲")
		b.click("登记")
		b.see("许一", "父母")
		b.open(person[:regexp.MustCompile(`persons/\w{13}`).FindStringIndex(person)[1]] + "?history=true")
		b.see("全部经过", "被替代", "许甲")
		fit()
		b.open("/register/new/0000000000000/arrive")
		b.fill("姓名", "陈来")
		b.fill("电话", "19900000077")
		b.tick("性别", "男")
		b.day("出生日期", "1990-01-01")
		b.pick("社区（村）", "西山县双桥镇渡口村")
		b.fill("居住地址", "渡口村五号")
		b.fill("户籍地", town.Willow)
		b.day("来本地日期", "2026-09-03")
		b.click("登记")
		b.see("陈来", "流动")
		for _, path := range []string{"/register/floating", "/register/list", "/register/conflicts", "/register/corrections"} {
			b.open(path)
			fit()
		}
	})
}

// day chooses a day in a field of days, which takes no typing by script.
func (b *tab) day(label, value string) {
	b.Helper()
	if !eval[bool](b, fmt.Sprintf("(() => { const f = field(%q); if (!f) return false; f.value = %q; f.dispatchEvent(new Event('input', { bubbles: true })); return f.value === %q })()", label, value, value)) {
		b.lost("choose "+label, fmt.Errorf("no field of days takes %s", value))
	}
}
