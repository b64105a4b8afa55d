package form

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"linli/internal/fault"
)

func TestPhone(t *testing.T) {
	for in, want := range map[string]string{
		"13800000000": "13800000000", "138 0000 0000": "13800000000", "１３８００００００００": "13800000000", "+8613800000000": "13800000000", "86-138-0000-0000": "13800000000", "8613800000000": "13800000000",
		"0398-2000000": "0398-2000000", "(0398)2000000": "0398-2000000", "03982000000": "0398-2000000", "0398—2000000转12": "0398-2000000-12", "010-60000000": "010-60000000", "02160000000": "021-60000000",
		"12345": "12345", "110": "110", "95000": "95000", "4008000000": "4008000000", "400-800-0000": "4008000000",
	} {
		if got, err := Phone(in); err != nil || got != want {
			t.Errorf("Phone(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	for in, want := range map[string]string{
		"": "电话号码不对", "2000000": "请加区号", "1380000000": "11 位，现为 10 位", "12800000000": "没有以 12 开头", "13800000000a": "只能是数字", "0398-200000": "电话号码不对", "0398-1000000": "电话号码不对", "00000000000": "电话号码不对", "无": "只能是数字",
	} {
		if got, err := Phone(in); err == nil || fault.KindOf(err) != fault.KindInvalid || !strings.Contains(err.Error(), want) {
			t.Errorf("Phone(%q) = %q, %v; want %s", in, got, err, want)
		}
	}
}

func TestMaskText(t *testing.T) {
	id := withCheck("99000019491231002")
	for in, want := range map[string]string{
		"我叫王二，电话13800001234。":              "我叫王二，电话138****1234。",
		"１３８ ００００ １２３４":                    "１３８ **** １２３４",
		"138-0000-1234或139 0000 5678":      "138-****-1234或139 **** 5678",
		"身份证" + id + "。":                   "身份证9900************" + id[16:] + "。",
		"证号990000 19491231 0021":           "证号9900** ******** **21",
		"旧证990000491231002":                "旧证9900*********02",
		"座机0398-2000012，或(0398)2000013":    "座机0398-*****12，或(0398)*****13",
		"联系电话：2000012":                     "联系电话：****012",
		"QQ 123456789":                     "QQ ******789",
		"卡号6200000000000000003":            "卡号6200*************03",
		"2012-11-01 13:30 交了1234567元，见第3条": "2012-11-01 13:30 交了1234567元，见第3条",
		"三政办〔2012〕69号，20121116起施行":         "三政办〔2012〕69号，20121116起施行",
		"请拨12345":                          "请拨12345",
		"":                                 "",
	} {
		if got := MaskText(in); got != want {
			t.Errorf("MaskText(%q) = %q, want %q", in, got, want)
		}
	}
}

var leak = regexp.MustCompile(`(?:^|\D)(?:1[3-9]\d(?:[ -]?\d{4}){2}|\d{17}[\dXx]|\d{15})(?:$|\D)`)

// Nothing that looks like a mobile or ID number survives, whatever stands around it; masking twice changes nothing;
// nothing but digits and X changes.
func TestMaskTextLeavesNoNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.OneOf(rapid.StringMatching(`1[3-9][0-9]{9}`), rapid.StringMatching(`[1-9][0-9]{16}[0-9X]`), rapid.StringMatching(`0[0-9]{2,3}-[0-9]{7}`),
			rapid.StringMatching(`[0-9 （）x-]{0,12}`), rapid.SampledFrom([]string{"电话", "，", "路灯", "２", " "}))
		s := strings.Join(rapid.SliceOfN(piece, 0, 6).Draw(t, "pieces"), "")
		masked := MaskText(s)
		if found := leak.FindString(Narrow(masked)); found != "" {
			t.Fatalf("%q was masked as %q and still shows %q", s, masked, found)
		}
		if again := MaskText(masked); again != masked {
			t.Fatalf("%q was masked as %q, and then as %q", s, masked, again)
		}
		a, b := []rune(s), []rune(masked)
		for i := range a {
			if len(a) != len(b) || a[i] != b[i] && (b[i] != '*' || !strings.ContainsRune("0123456789Xx", narrowRune(a[i]))) {
				t.Fatalf("%q was masked as %q", s, masked)
			}
		}
	})
}

func TestMasksNeverShowAll(t *testing.T) {
	for in, want := range map[string]string{"": "", "王": "*", "王二": "王*", "欧阳小二": "欧***"} {
		if got := MaskName(in); got != want {
			t.Errorf("MaskName(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"13800001234": "138****1234", "0398-2000012": "0398-****012", "12345": "12345", "5": "*", "123456": "123***"} {
		if got := MaskPhone(in); got != want {
			t.Errorf("MaskPhone(%q) = %q, want %q", in, got, want)
		}
	}
	if got := MaskID("1"); got != "*" {
		t.Errorf("MaskID(1) = %q", got)
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"a\r\nb", "\u202e倒", "e\u0301", "\x00", "\xff", "\u3000 x\t", "\u2028"} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, s string, lines bool) {
		clean, ok := Clean(s, lines)
		if again, ok2 := Clean(clean, lines); ok && (!ok2 || again != clean) {
			t.Fatalf("%q was cleaned to %q, and then to %q", s, clean, again)
		}
		if strings.ContainsAny(clean, "\x00\r\u202e\ufeff") || !lines && strings.Contains(clean, "\n") {
			t.Fatalf("%q was cleaned to %q", s, clean)
		}
	})
}
