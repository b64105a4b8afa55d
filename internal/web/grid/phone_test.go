package grid_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"image/jpeg"
	"math"
	"testing"
)

// After one visit the pages work without a network; what is entered survives a reload and reaches the city once.
func TestAReportMadeWithoutANetworkArrivesOnce(t *testing.T) {
	w := lay(t)
	p := hold(t, w)
	p.open("/grid/")
	p.see("施网格", "柳荫第一网格", "不在岗", "上报问题", "待核查")
	p.until("be kept", `navigator.serviceWorker.controller !== null`)
	p.picture("grid-home")
	p.offline(true)
	p.see("没有网络，照样可以工作")
	p.open("/grid/report") // the whole page, from the service worker
	p.see("什么问题")
	p.fill("找类别", "jc") // 积存垃圾渣土, by its letters
	p.press("积存垃圾渣土")
	p.see("误差 12 米", "可能已经有人报过", "东门垃圾堆积", "很可能是同一件")
	p.lacks("河边垃圾")
	p.shoot(jpegOf(t, 1600, 1200, cameraSays(111.1951, 34.7741)))
	p.picture("grid-report")
	p.tick("堆积十平方米以上")
	p.press("补充说明")
	p.fill("情况说明", "装修垃圾")
	p.kept()
	p.open("/grid/report") // as if the page had been killed
	p.see("积存垃圾渣土", "去掉照片 1")
	if got := eval[string](p, `field("情况说明").value`); got != "装修垃圾" {
		t.Fatalf("the draft says %q", got)
	}
	p.press("上报")
	p.see("已记下：积存垃圾渣土", "等待上传")
	p.open("/grid/queue")
	p.see("上报：积存垃圾渣土", "等待上传", "照片 1 张")
	p.picture("grid-queue")
	if n := len(w.of("report")); n != 0 {
		t.Fatalf("%d reports came through a network that was cut", n)
	}
	w.with(func() { w.lose = 2 }) // and then the line loses answers, after the city has taken the items
	p.offline(false)
	p.see("最近办妥", "已办妥")
	list := w.of("report")
	if len(list) != 1 || w.asked[list[0].ID] < 3 {
		t.Fatalf("the city has %d reports, the first of which was sent %d times", len(list), w.asked[list[0].ID])
	}
	r := list[0]
	var body struct{ Class, Standard, Words string }
	if err := json.Unmarshal(r.Body, &body); err != nil || body.Class != "event-01-10" || body.Standard != "d:3" || body.Words != "装修垃圾" {
		t.Errorf("the report says %s", r.Body)
	}
	if math.Abs(r.Lon-111.195) > 1e-6 || len(r.Photos) != 1 {
		t.Errorf("the report is of %v with photos %v", r.Lon, r.Photos)
	}
	small, err := jpeg.DecodeConfig(bytes.NewReader(w.photos[r.Photos[0]]))
	if err != nil || small.Width != 800 || small.Height != 600 || len(w.photos[r.Photos[0]]) > 300000 {
		t.Errorf("the picture is %v by %v of %d bytes, %v", small.Width, small.Height, len(w.photos[r.Photos[0]]), err)
	}
	if !bytes.Contains(w.photos[r.Photos[0]], []byte("2026:09:07 08:30:00")) {
		t.Error("the picture lost what the camera wrote")
	}
}

// With a class of late it is one tap for the class and one to send it, besides the picture.
func TestAClassOfLateIsTwoTaps(t *testing.T) {
	w := lay(t)
	p := hold(t, w)
	p.open("/grid/report")
	p.fill("找类别", "占道")
	p.press("占道经营")
	p.see("误差 12 米")
	p.press("上报")
	p.held("report", 1)
	p.open("/grid/")
	p.press("上报问题")
	p.drawn("/grid/report")
	p.press("占道经营")
	p.see("误差 12 米")
	p.press("上报")
	p.held("report", 2)
}

// What is on the phone is delivered with the device's key when the login is over, and waits when that is over too.
func TestALoginThatEnded(t *testing.T) {
	w := lay(t)
	p := hold(t, w)
	p.open("/grid/")
	p.see("施网格")
	w.with(func() { w.gone = true })
	p.open("/grid/visits")
	p.see("登录已过期")
	p.press("独居老人甲")
	p.fill("走访情况", "身体好，米面够")
	p.press("完成走访")
	p.see("已走访")
	p.press("待传")
	p.see("走访：独居老人甲", "等待上传")
	w.with(func() { w.gone = false })
	p.press("现在上传")
	p.held("visit", 1)
	p.see("已办妥")
}

// What the city could not act on because the world moved is the worker's to decide.
func TestAConflictIsDecidedOnThePhone(t *testing.T) {
	w := lay(t)
	w.answer = func(i item) result {
		if i.Kind != "check" {
			return result{State: "taken", Marks: []string{}}
		}
		return result{State: "conflict", Words: "这件已并入网〔2026〕9号", Marks: []string{"clock"}, Case: map[string]any{"id": "c9", "number": "网〔2026〕9号", "state": "dispatched", "version": 2},
			Choices: []map[string]string{{"id": "follow", "says": "按并入的那件核查"}, {"id": "drop", "says": "不再核查"}}}
	}
	p := hold(t, w)
	p.open("/grid/checks")
	p.press("路灯不亮")
	p.see("已更换灯泡", "结案条件：清理干净", "处置后")
	p.until("see the picture after", `[...document.querySelectorAll(".shots img")].some((i) => i.naturalWidth > 0)`)
	p.press("要返工")
	p.see("要返工，请写明还差什么")
	p.fill("核查情况", "灯罩没有装")
	p.press("要返工")
	p.drawn("/grid/checks")
	p.press("待传")
	p.see("情况有变，请您决定")
	p.press("核查：路灯不亮")
	p.see("您离线时情况有变", "这件已并入网〔2026〕9号", "手机时间不准")
	p.picture("grid-conflict")
	p.press("按并入的那件核查")
	list := p.held("resolve", 1)
	if id := w.of("check")[0].ID; string(list[0].Body) != `{"item":"`+id+`","choice":"follow"}` {
		t.Errorf("decided %s of %s", list[0].Body, id)
	}
	p.see("都已上传")
}

// A phone without room says so, and the form stays as it is; when there is room again it is sent.
func TestAFullPhoneLosesNothing(t *testing.T) {
	w := lay(t)
	p := hold(t, w)
	p.open("/grid/report")
	p.fill("找类别", "占道")
	p.press("占道经营")
	p.see("误差 12 米")
	p.offline(true)
	p.full(true)
	p.shoot(jpegOf(t, 900, 700, nil))
	p.see("手机存储已满")
	p.picture("grid-full")
	p.press("上报")
	p.see("手机存储已满", "占道经营", "去掉照片 1")
	if n := eval[int](p, `document.querySelectorAll(".shots img").length`); n != 1 {
		t.Fatalf("%d pictures are left on the page", n)
	}
	p.full(false)
	p.press("上报")
	p.see("已记下：占道经营")
	p.offline(false)
	if r := p.held("report", 1)[0]; len(r.Photos) != 1 {
		t.Errorf("it came with photos %v", r.Photos)
	}
}

// The position is noted on duty only, and shown to the worker.
func TestTheTrackIsOfTheDutyOnly(t *testing.T) {
	w := lay(t)
	p := hold(t, w)
	p.open("/grid/track")
	p.see("今天没有轨迹")
	p.open("/grid/")
	p.press("上岗")
	p.see("在岗期间记录位置")
	p.held("duty", 1)
	p.press("看我今天的轨迹")
	p.see("1 个点")
	p.open("/grid/track") // the shift goes on after a reload
	p.see("1 个点")
	p.open("/grid/")
	p.see("在岗，")
	p.press("下岗")
	p.see("不在岗不记录位置")
	p.held("duty", 2)
	if list := p.held("track", 1); !bytes.Contains(list[0].Body, []byte(`"lon":111.195`)) {
		t.Errorf("the track is %s", list[0].Body)
	}
}

// An entry that was never sent can be changed and deleted; a round's point asks its check list.
func TestEntriesAreChangedBeforeTheyAreSent(t *testing.T) {
	w := lay(t)
	p := hold(t, w)
	p.open("/grid/rounds")
	p.until("be kept", `navigator.serviceWorker.controller !== null`)
	p.offline(true)
	p.press("甲饭馆")
	p.press("完成这个点位")
	p.see("还有 3 项没有填：通道畅通")
	p.tick("合格")
	p.tick("过期")
	p.fill("人数", "12")
	p.press("完成这个点位")
	p.see("已巡查")
	p.press("上报")
	p.drawn("/grid/report")
	p.fill("找类别", "井盖")
	p.press("上水井盖")
	p.see("误差 12 米", "立案条件：井盖缺失或破损", "东门井盖")
	p.tick("东门井盖")
	p.press("上报")
	p.drawn("/grid/queue")
	p.press("上报：上水井盖")
	p.press("修改")
	p.drawn("/grid/report")
	p.press("补充说明")
	p.fill("地点", "东门内")
	p.press("上报")
	p.drawn("/grid/queue")
	if n := eval[int](p, `document.querySelectorAll(".queue li").length`); n != 2 {
		t.Fatalf("%d entries wait, want 2", n)
	}
	p.offline(false)
	r := p.held("report", 1)[0]
	if !bytes.Contains(r.Body, []byte("东门内")) || !bytes.Contains(r.Body, []byte(`"fixture":"f1"`)) {
		t.Errorf("it came as %s", r.Body)
	}
	if list := p.held("point", 1); !bytes.Contains(list[0].Body, []byte(`{"i1":"yes","i2":"过期","i3":"12"}`)) {
		t.Errorf("the answers are %s", list[0].Body)
	}
}

// cameraSays is the segment in which a camera writes when and where it was: little-endian TIFF with a time and a position.
func cameraSays(lon, lat float64) []byte {
	le := binary.LittleEndian
	var tiff []byte
	put := func(b ...byte) { tiff = append(tiff, b...) }
	u16 := func(v uint16) { tiff = le.AppendUint16(tiff, v) }
	u32 := func(v uint32) { tiff = le.AppendUint32(tiff, v) }
	entry := func(tag, kind uint16, count, value uint32) { u16(tag); u16(kind); u32(count); u32(value) }
	put('I', 'I', 42, 0)
	u32(8)
	u16(2) // the main directory, at 8
	entry(0x0132, 2, 20, 38)
	entry(0x8825, 4, 1, 58)
	u32(0)
	put([]byte("2026:09:07 08:30:00\x00")...) // at 38
	u16(4)                                    // the directory of the position, at 58
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
