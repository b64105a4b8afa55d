package form

import (
	"strings"

	"linli/internal/civil"
	"linli/internal/fault"
)

// Sex is what the 17th digit of an ID number says.
type Sex string

// The two values.
const (
	Male   Sex = "male"
	Female Sex = "female"
)

// Words returns 男 or 女.
func (s Sex) Words() string {
	if s == Male {
		return "男"
	}
	return "女"
}

// IDNumber checks a citizen's ID number (公民身份号码, GB 11643-1999) and returns what it says of its holder: eighteen
// digits, the last possibly X in either case; a birth date that exists; the check digit. Area codes are not looked up,
// as they change and old ones stay valid. Numbers of fifteen digits are refused, they are void since 2013. Errors
// are fault.KindInvalid and never repeat the number.
func IDNumber(s string) (birth civil.Date, sex Sex, err error) {
	birth, sex, bad := parseID(s)
	return birth, sex, bad.invalid()
}

func (f *flaw) invalid() error {
	if f == nil {
		return nil
	}
	return fault.Invalid("", f.format, f.args...)
}

// idWeights and idChecks are those of GB 11643, appendix A.
var idWeights = [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

const idChecks = "10X98765432"

func parseID(s string) (birth civil.Date, sex Sex, bad *flaw) {
	s = strings.ToUpper(s)
	switch {
	case len(s) == 15 && digits(s):
		return birth, "", flawf("15 位的旧身份证号已停用，请填写 18 位的公民身份号码")
	case len(s) != 18:
		return birth, "", flawf("身份证号应为 18 位，现为 %d 位", len([]rune(s)))
	case !digits(s[:17]) || s[17] != 'X' && !digits(s[17:]):
		return birth, "", flawf("身份证号只能是数字，末位可以是 X")
	case s[0] == '0':
		return birth, "", flawf("身份证号不能以 0 开头")
	}
	birth, err := civil.ParseDate(s[6:10] + "-" + s[10:12] + "-" + s[12:14])
	if err != nil || birth.Year < 1800 {
		return civil.Date{}, "", flawf("身份证号第 7 至 14 位的出生日期不存在，请核对")
	}
	sum := 0
	for i, w := range idWeights {
		sum += w * int(s[i]-'0')
	}
	if idChecks[sum%11] != s[17] {
		return civil.Date{}, "", flawf("身份证号的校验位不对，请逐位核对")
	}
	sex = Female
	if (s[16]-'0')%2 == 1 {
		sex = Male
	}
	return birth, sex, nil
}

func readID(_ *Field, s string) (any, *flaw) {
	s = strings.ToUpper(strings.ReplaceAll(s, " ", ""))
	if _, _, bad := parseID(s); bad != nil {
		return nil, bad
	}
	return s, nil
}

// creditAlphabet is that of GB 32100-2015: no I, O, S, V, Z.
const creditAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// CreditCode checks a unified social credit code (统一社会信用代码, GB 32100-2015): eighteen characters of its alphabet,
// digits in the area code, the check character. Lower case is refused; Check turns it into upper case first. Errors
// are fault.KindInvalid.
func CreditCode(s string) error { return parseCredit(s).invalid() }

func parseCredit(s string) *flaw {
	if n := len([]rune(s)); n != 18 {
		return flawf("统一社会信用代码应为 18 位，现为 %d 位", n)
	}
	sum, weight := 0, 1
	for i, r := range s {
		v := strings.IndexRune(creditAlphabet, r)
		switch {
		case v < 0:
			return flawf("统一社会信用代码中不能有“%s”（不使用 I、O、S、V、Z）", string(r))
		case i >= 2 && i < 8 && v > 9:
			return flawf("统一社会信用代码第 3 至 8 位应为数字")
		case i == 17:
			if v != (31-sum%31)%31 {
				return flawf("统一社会信用代码的校验位不对，请逐位核对")
			}
			return nil
		}
		sum += v * weight
		weight = weight * 3 % 31
	}
	return nil
}

func readCredit(_ *Field, s string) (any, *flaw) {
	s = strings.ToUpper(strings.ReplaceAll(s, " ", ""))
	if bad := parseCredit(s); bad != nil {
		return nil, bad
	}
	return s, nil
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
