package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

var (
	estates = []string{"金穗苑", "河畔家园", "锦绣新城", "崤山花园", "阳光雅居", "天鹅湾", "书香苑", "和平里", "甘棠小区", "滨河丽景", "幸福家园",
		"福馨苑", "紫云台", "黄河人家", "梧桐里", "怡景花园", "水岸名居", "康乐小区", "望湖轩", "新兴家园", "枫林苑", "文苑小区", "国泰花园", "春风里"}
	roads = []string{"崤山路", "黄河路", "甘棠路", "涧河路", "六峰路", "上阳路", "虢国路", "大岭路", "永兴街", "文明路", "建设路", "育才街", "迎宾大道",
		"站前路", "工业路", "解放路", "人民街", "朝阳路", "康宁路", "向阳街"}
	hours   = []string{"早上六点", "中午十二点", "下午五点", "晚上七点", "晚上十点", "夜里十一点", "凌晨一点"}
	moments = []string{"上个月", "前段时间", "半个月前", "上周", "月初", "两个月前"}
	due     = []string{"本月底", "下月底", "年底前", "两周内", "一个月内"}
	floors  = []string{"三楼", "五楼", "顶层", "一单元", "二号楼", "六号楼", "十二楼"}
	sums    = []string{"600", "1200", "2800", "3500", "5000", "8600", "1.2万", "2.4万", "6.8万", "13万"}
	greet   = []string{"", "", "领导您好，", "您好，", "尊敬的市长，"}
	wishes  = []string{"希望尽快解决。", "请有关部门到现场看一看。", "盼答复。", "恳请帮助协调。", "希望给个明确的时间。", "谢谢！", "问题拖了很久，请重视。"}
	details = []string{"已经向物业和社区反映过，没有结果。", "打过两次电话，都说在处理。", "附近几百户居民都受影响。", "照片可以提供。", "住户都很着急。"}
	thanks  = []string{"感谢您对我们工作的监督和支持。", "如有疑问请随时联系我们。", "给您带来不便，敬请谅解。", "后续情况我们会继续跟踪。"}
	surname = []rune("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜")
	given   = []rune("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰春梅建国志新红海云晓燕鹏飞宇浩欣雨晨思佳文博俊峰雪莲凤琴喜长福贵才顺立")
)

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// personName is a name that nobody was asked for.
func personName(r *rand.Rand) string {
	name := string(pick(r, surname)) + string(pick(r, given))
	if r.IntN(4) > 0 {
		name += string(pick(r, given))
	}
	return name
}

// A scene is where a matter happens; it fills in the words of the matter.
type scene struct {
	place, village string // code and short name
	estate, road   string
	time, floor    string
	sum            string
	days           int
}

func newScene(r *rand.Rand, place, village string) scene {
	return scene{place: place, village: village, estate: pick(r, estates), road: pick(r, roads), time: pick(r, hours), floor: pick(r, floors), sum: pick(r, sums), days: 2 + r.IntN(8)}
}

// say fills in a text.
func (s scene) say(r *rand.Rand, text string) string {
	return strings.NewReplacer("{小区}", s.estate, "{路}", s.road, "{村}", s.village, "{时}", s.time, "{楼}", s.floor,
		"{天}", fmt.Sprint(s.days), "{月后}", pick(r, due), "{月}", pick(r, moments), "{元}", s.sum).Replace(text)
}

// rural reports whether it happens in a village.
func (s scene) rural() bool { return strings.HasSuffix(s.village, "村") }

// fits reports whether a tale can happen here.
func (s scene) fits(t tale) bool {
	text := t.title + t.body + t.reply
	if s.rural() {
		return !strings.Contains(text, "{小区}") && !strings.Contains(text, "{路}") && !strings.Contains(text, "{楼}")
	}
	return !strings.Contains(text, "{村}")
}

// spot says where exactly.
func (s scene) spot(r *rand.Rand) string {
	switch {
	case s.rural():
		return fmt.Sprintf("%s%d组", s.village, 1+r.IntN(9))
	case r.IntN(2) == 0:
		return s.estate + s.floor
	}
	return s.road + s.estate + "附近"
}

// short takes the words of administration off the name of a community.
func short(name string) string {
	for _, tail := range []string{"社区居民委员会", "社区居委会", "居民委员会", "村民委员会", "村委会", "居委会"} {
		if s, ok := strings.CutSuffix(name, tail); ok && s != "" {
			if strings.HasPrefix(tail, "村") && !strings.HasSuffix(s, "村") {
				return s + "村"
			}
			if !strings.HasPrefix(tail, "村") && !strings.HasSuffix(s, "社区") {
				return s + "社区"
			}
			return s
		}
	}
	return name
}
