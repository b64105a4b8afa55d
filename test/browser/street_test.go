package browser

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/grid"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
	"linli/packs"
	"linli/test/town"
)

// Units of the grid's two centres and of who handles, and the grid of the story with its middle.
const (
	supervisionCentre = "supervision-centre"
	commandCentre     = "command-centre"
	sanitation        = "sanitation"
	firstGrid         = town.Willow + "001"
	gridLon, gridLat  = 111.2011, 34.7809
)

// rulebook is an invented one of two rows.
var rulebook = map[string]string{
	"test/rb/document.yaml": "document: rb\nnumber: 试〔2026〕8号\ntitle: 立案结案标准（测试）\nissuer: 邻水市\nissued: \"2026-01-05\"\napplies: { place: \"4112\", from: \"2026-02-01\" }\n",
	"test/rb/clauses.yaml":  "- { id: \"1\", at: 第1行, gist: 暴露垃圾, runs: standard/event-01-10-1 }\n- { id: \"2\", at: 第2行, gist: 占道经营, runs: standard/event-02-03-1 }\n",
	"test/rb/offices.yaml":  "offices:\n  - { id: sanitation, name: 环卫部门, serves: [lead, helper], basis: \"1\" }\n",
	"test/rb/standards/e.yaml": "- { standard: event-01-10-1, kind: event, code: event-01-10, group: 市容环境, name: 暴露垃圾, units: [sanitation], opens: 成堆的垃圾, closes: 清理干净, term: 4wh, basis: \"1\" }\n" +
		"- { standard: event-02-03-1, kind: event, code: event-02-03, group: 街面秩序, name: 占道经营, units: [sanitation], opens: 占用盲道, closes: 恢复通行, term: 1wd, basis: \"2\" }\n",
}

// inTheStreet is the town with a rulebook, a grid and its worker, and the two centres.
func inTheStreet() setting {
	files := fstest.MapFS{}
	err := fs.WalkDir(packs.Files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(packs.Files, path)
		files[path] = &fstest.MapFile{Data: text}
		return err
	})
	if err != nil {
		panic(err) // they are in the program
	}
	for name, text := range rulebook {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return setting{adopts: []string{"es-essays"}, packs: files, settle: settleStreet}
}

func settleStreet(tx *db.Tx, _ *register.Register) error {
	root := staff.Actor{Login: "command:town", Name: "测试", Via: staff.ViaCommand}
	since := place.Change{On: civil.MustDate("2020-01-01"), By: root.Login}
	if err := place.Add(tx, since, place.New{Code: firstGrid, Name: "柳荫一网格", Level: grid.Level, Parent: town.Willow}); err != nil {
		return err
	}
	const wide, high = 0.0012, 0.001
	outline := fmt.Appendf(nil, `{"type":"Polygon","coordinates":[[[%[1]f,%[3]f],[%[2]f,%[3]f],[%[2]f,%[4]f],[%[1]f,%[4]f],[%[1]f,%[3]f]]]}`, gridLon-wide, gridLon+wide, gridLat-high, gridLat+high)
	if err := place.SetOutline(tx, since, firstGrid, outline); err != nil {
		return err
	}
	for _, u := range []staff.Unit{
		{Code: supervisionCentre, Name: "邻水市网格监督中心", Kind: "office", Place: town.City, Offices: []string{"supervision-centre"}},
		{Code: commandCentre, Name: "邻水市网格指挥中心", Kind: "office", Place: town.City, Offices: []string{"command-centre"}},
		{Code: sanitation, Name: "邻水市环卫中心", Kind: "department", Place: town.City, Offices: []string{"professional-department", "sanitation"}},
	} {
		if err := staff.PutUnit(tx, root, u); err != nil {
			return err
		}
	}
	for _, x := range []struct {
		login, name, unit string
		grants            []staff.Grant
	}{
		{"jiandu", "俞监督", supervisionCentre, []staff.Grant{{Role: staff.Desk, Place: town.City}, {Role: staff.Verifier, Place: town.City}}},
		{"zhihui", "柏指挥", commandCentre, []staff.Grant{{Role: staff.Dispatcher, Place: town.City}}},
		{"huanwei", "水环卫", sanitation, []staff.Grant{{Role: staff.Handler, Unit: sanitation}}},
	} {
		if err := town.Hire(tx, staff.Account{Login: x.login, Name: x.name, Unit: x.unit}, x.grants...); err != nil {
			return err
		}
	}
	walker, err := staff.AccountByLogin(tx, "walker")
	if err != nil {
		return err
	}
	_, err = grid.Assign(tx, root, "walker", grid.New{Grid: firstGrid, Account: walker.ID, Part: grid.Main, From: civil.MustDate("2026-01-01"), Basis: "测试"})
	return err
}

// stand lets a phone be somewhere, and tell it.
func (b *tab) stand(lon, lat float64) {
	b.Helper()
	_, err := chromedp.CallBrowser(b.ctx, browser.SetPermission, browser.SetPermissionParams{Permission: &browser.PermissionDescriptor{Name: "geolocation"}, Setting: browser.PermissionSettingGranted,
		Origin: b.city.url, BrowserContextID: chromedp.FromContext(b.ctx).BrowserContextID})
	b.must(err)
	accuracy := 8.0
	_, err = chromedp.Call(b.ctx, emulation.SetGeolocationOverride, emulation.SetGeolocationOverrideParams{Longitude: &lon, Latitude: &lat, Accuracy: &accuracy})
	b.must(err)
}

// cut takes the network away from a phone, or gives it back.
func (b *tab) cut(yes bool) {
	b.Helper()
	_, err := chromedp.Call(b.ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{EmulateOfflineServiceWorker: &yes,
		MatchedNetworkConditions: []*network.Conditions{{DownloadThroughput: -1, UploadThroughput: -1, Offline: yes}}})
	b.must(err)
	_, err = chromedp.Call(b.ctx, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: yes, DownloadThroughput: -1, UploadThroughput: -1})
	b.must(err)
	b.until("the phone to know", fmt.Sprintf("navigator.onLine === %v", !yes))
}

// shoot takes a picture with a phone: a real JPEG, in which the camera says when and where it was.
func (b *tab) shoot(shade uint8, lon, lat float64) {
	b.Helper()
	before := eval[int](b, `document.querySelectorAll(".shots img").length`)
	b.do("take a picture", chromedp.SetUploadFiles(chromedp.CSS("#photo"), []string{pictureFile(b.T, shade, lon, lat)}, chromedp.NodeReady))
	b.until("see the picture", fmt.Sprintf(`document.querySelectorAll(".shots img").length > %d && [...document.querySelectorAll(".shots img")].every((i) => i.naturalWidth > 0)`, before))
}

func pictureFile(t *testing.T, shade uint8, lon, lat float64) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 640, 480))
	for i := range img.Pix {
		img.Pix[i] = shade + uint8(i%97)
	}
	for y := range 200 {
		for x := range 200 {
			img.SetRGBA(100+x, 100+y, color.RGBA{shade, 120, 60, 255})
		}
	}
	var body bytes.Buffer
	if err := jpeg.Encode(&body, img, nil); err != nil {
		t.Fatal(err)
	}
	whole := append([]byte{0xff, 0xd8}, cameraSays(time.Now().In(civil.Shanghai), lon, lat)...)
	name := filepath.Join(t.TempDir(), "photo.jpg")
	if err := os.WriteFile(name, append(whole, body.Bytes()[2:]...), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

// cameraSays is the segment in which a camera writes when and where it was: little-endian TIFF with a time and a position.
func cameraSays(at time.Time, lon, lat float64) []byte {
	le := binary.LittleEndian
	var tiff []byte
	u16 := func(v uint16) { tiff = le.AppendUint16(tiff, v) }
	u32 := func(v uint32) { tiff = le.AppendUint32(tiff, v) }
	entry := func(tag, kind uint16, count, value uint32) { u16(tag); u16(kind); u32(count); u32(value) }
	tiff = append(tiff, 'I', 'I', 42, 0)
	u32(8)
	u16(2) // the main directory, at 8
	entry(0x0132, 2, 20, 38)
	entry(0x8825, 4, 1, 58)
	u32(0)
	tiff = append(tiff, at.Format("2006:01:02 15:04:05\x00")...) // at 38
	u16(4)                                                       // the directory of the position, at 58
	entry(1, 2, 2, 'N')
	entry(2, 5, 3, 112)
	entry(3, 2, 2, 'E')
	entry(4, 5, 3, 136)
	u32(0)
	for _, v := range []float64{lat, lon} { // at 112 and 136
		d := math.Floor(v)
		m := math.Floor((v - d) * 60)
		for _, x := range []float64{d, m} {
			u32(uint32(x))
			u32(1)
		}
		u32(uint32(math.Round(((v-d)*60 - m) * 60 * 10000)))
		u32(10000)
	}
	out := []byte{0xff, 0xe1, 0, 0}
	binary.BigEndian.PutUint16(out[2:], uint16(len(tiff)+8))
	return append(append(out, "Exif\x00\x00"...), tiff...)
}

// A patrol is a story between a worker's phone and the offices.
type patrol struct {
	story
	phone *tab
}

// sees waits on the phone for words, while the city does its work: what was sent is acted on by jobs.
func (s *patrol) sees(words ...string) {
	s.Helper()
	s.city.work(s.T)
	s.phone.see(words...)
}

// From a report without a network to the closed case: the phone keeps it, the city gets it once; two centres and a unit do their parts; the
// worker finds the check on the phone, sends it back once, and finds it done.
func TestStreetFromAPhoneWithoutANetworkToTheClosedCase(t *testing.T) {
	eachIn(t, inTheStreet(), func(t *testing.T, c *city) {
		s := &patrol{story: story{T: t, city: c, office: c.tab(t, desktop)}, phone: c.tab(t, phone)}
		s.reportOffline()
		s.openAndDispatch()
		s.handle("已清运两车。")
		s.check("要返工", "墙根还有一堆")
		s.handle("墙根也清了。")
		s.check("办好了", "")
		s.closeIt()
		s.evaluated()
	})
}

// reportOffline: the page opens without a network, the report outlives a reload, and reaches the city once.
func (s *patrol) reportOffline() {
	p := s.phone
	p.stand(gridLon, gridLat)
	p.login("walker")
	p.see("上报问题", "柳荫一网格")
	p.until("be kept", `navigator.serviceWorker.controller !== null`)
	p.cut(true)
	p.open("/grid/report")
	p.see("没有网络")
	p.fill("找类别", "bllj") // 暴露垃圾, by letters
	p.press("暴露垃圾")
	p.see("误差 8 米")
	p.shoot(40, gridLon, gridLat)
	s.speak()
	p.picture("grid-report-phone")
	p.press("上报")
	p.see("已记下：暴露垃圾", "等待上传")
	p.open("/grid/queue")
	p.see("上报：暴露垃圾", "等待上传", "没有网络，1 件存在手机上")
	p.picture("grid-queue-phone")
	p.cut(false)
	p.see("城市已收到")
	s.city.work(s.T)
	p.press("上报：暴露垃圾")
	p.press("现在上传")
	p.see("已办妥")
	s.address, s.number = s.found(1)
}

// speak records a voice note, without a network too.
func (s *patrol) speak() {
	p := s.phone
	p.press("补充说明、地点、语音")
	p.press("录一段语音")
	p.see("停止录音")
	p.until("the recorder to have heard something", `performance.now() - (window.began ||= performance.now()) > 600`)
	p.press("停止录音")
	p.until("the note to be there", `document.querySelector(".shots audio")?.readyState > 0`)
}

// heard: whoever opens the case can listen to what was said.
func (s *patrol) heard() {
	b := s.office
	b.see("现场语音")
	b.until("the note to play", `(() => { const a = document.querySelector(".files audio"); if (!a) return false; if (!a.began) { a.began = true; a.load(); a.play().catch(() => {}); } return a.readyState > 0 && !a.error && a.getAttribute("aria-label").startsWith("播放录音"); })()`)
}

// found is the address and number of the only case of the flow, of which there are n.
func (s *patrol) found(n int) (address, number string) {
	s.Helper()
	b := s.sit("jiandu")
	b.open("/window/queue")
	b.see("暴露垃圾")
	all := eval[[]string](b, `[...document.querySelectorAll("main a[href^='/cases/']")].filter((a) => a.innerText.includes("暴露垃圾")).map((a) => a.pathname)`)
	if len(all) != n {
		s.Fatalf("%d cases came of the report: %v", len(all), all)
	}
	b.open(all[0])
	return all[0], eval[string](b, `(document.body.innerText.match(/WG-2026-\d+/) || [""])[0]`)
}

// openAndDispatch: the supervision centre accepts and opens by the rulebook; the command centre sends.
func (s *patrol) openAndDispatch() {
	s.wait(10 * time.Minute)
	b := s.sit("jiandu")
	b.open(s.address)
	b.see("暴露垃圾")
	s.heard()
	b.click("受理")
	s.take("立案", func(b *tab) { b.fill("位置", "东门外公交站旁") }) // the row of the class is chosen already
	s.wait(10 * time.Minute)
	s.sit("zhihui")
	s.take("派遣", func(b *tab) { b.fill("主办单位", "邻水市环卫中心") })
}

// handle: the unit feeds back, with a picture of what it looks like now.
func (s *patrol) handle(words string) {
	s.wait(30 * time.Minute)
	s.sit("huanwei")
	s.take("反馈", func(b *tab) {
		b.fill("答复内容", words)
	})
}

// check: the worker finds it on the phone, with the words of the unit, and decides on site, also without a network.
func (s *patrol) check(verdict, words string) {
	s.wait(time.Hour)
	p := s.phone
	p.open("/grid/")
	p.see("登录已过期") // what is noted would be sent all the same; what is new needs the worker
	p.open("/login?next=/grid/")
	p.console() // in which stands that the login had ended
	p.fill("登录名", "walker")
	p.fill("密码", s.city.password)
	p.click("登录")
	p.until("have it to check", `[...document.querySelectorAll(".field-tiles a")].some((a) => /待核查\s*1/.test(a.innerText))`)
	p.press("待核查")
	p.press("暴露垃圾")
	p.see("处置情况", "结案条件：清理干净")
	p.cut(true)
	p.shoot(uint8(80+len(words)), gridLon, gridLat)
	if words != "" {
		p.fill("核查情况", words)
	}
	p.picture("grid-check-phone")
	p.press(verdict)
	p.see("已记下", "已核查："+verdict)
	p.cut(false)
	p.press("待传")
	p.see("城市已收到")
	s.sees("已办妥", "核查：暴露垃圾")
	p.until("everything to be sent", `document.body.innerText.includes("都已上传")`)
}

// closeIt: the supervision centre closes; what was found out and decided in the street stands in the history.
func (s *patrol) closeIt() {
	s.wait(10 * time.Minute)
	s.sit("jiandu")
	s.take("结案", func(b *tab) { b.tick("办理结果", "已解决") })
	b := s.office
	b.see("已办结", "墙根还有一堆", "墙根也清了", "施网格")
	if !strings.Contains(s.number, "WG-") {
		s.Errorf("the number is %q", s.number)
	}
	b.picture("grid-case-desktop")
}

// evaluated: the month's evaluation of units counts the case, and its rework opens to this very case.
func (s *patrol) evaluated() {
	b := s.sit("supervisor")
	b.open("/supervisor/evaluation?score=es-essays.grid-units")
	b.see("部门综合评价", "邻水市环卫中心", "样本少，不参与排名", "规范标准")
	b.picture("evaluation-desktop")
	rows := eval[string](b, `([...document.querySelectorAll("main table a")].find((a) => a.pathname.endsWith("grid-rework-of-opened/rows")) || { href: "" }).href`)
	if rows == "" {
		s.Fatal("the rework of the unit does not open")
	}
	b.open(strings.TrimPrefix(rows, s.city.url))
	b.see("暴露垃圾", s.number)
	if there := eval[bool](b, `[...document.querySelectorAll("main a")].some((a) => a.pathname === "`+s.address+`")`); !there {
		s.Errorf("the figure does not open to %s", s.address)
	}
}
