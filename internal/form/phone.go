package form

import (
	"regexp"
	"strings"
)

var (
	mobile     = regexp.MustCompile(`^1[3-9]\d{9}$`)
	landline   = regexp.MustCompile(`^(010|02\d|0[3-9]\d{2})([2-9]\d{6,7})(?:(?:-|转|x|ext)(\d{1,6}))?$`)
	service    = regexp.MustCompile(`^(1[0-2]\d(?:\d\d)?|11[68]\d{3}|9[56]\d{3,4}|[48]00\d{7})$`)
	areaDashes = regexp.MustCompile(`^\(?(0\d{2,3})\)?-?`)
	phoneMarks = strings.NewReplacer(" ", "", ".", "")
)

// Phone checks a telephone number of mainland China and returns it in one spelling: "13800000000", "0398-2826666",
// "0398-2826666-12" with an extension, "12345", "4008123123". A country code +86 is dropped. A landline needs its
// area code. Errors are fault.KindInvalid.
func Phone(s string) (string, error) {
	number, bad := parsePhone(s)
	return number, bad.invalid()
}

func parsePhone(s string) (string, *flaw) {
	s = strings.ToLower(phoneMarks.Replace(Narrow(s)))
	for _, code := range []string{"+86", "0086", "(+86)", "(86)", "86-"} {
		s = strings.TrimPrefix(strings.TrimPrefix(s, code), "-")
	}
	bare := strings.ReplaceAll(s, "-", "")
	if len(bare) == 13 && strings.HasPrefix(bare, "861") {
		bare = bare[2:]
	}
	if mobile.MatchString(bare) || service.MatchString(bare) {
		return bare, nil
	}
	line := areaDashes.ReplaceAllString(s, "$1")
	if m := landline.FindStringSubmatch(line); m != nil && len(m[1]+m[2]) >= 10 {
		number := m[1] + "-" + m[2]
		if m[3] != "" {
			number += "-" + m[3]
		}
		return number, nil
	}
	return "", phoneFlaw(bare)
}

func phoneFlaw(bare string) *flaw {
	switch {
	case bare != "" && !digits(bare):
		return flawf("电话号码只能是数字，座机写作 0398-2826666")
	case strings.HasPrefix(bare, "1") && len(bare) > 6:
		if len(bare) != 11 {
			return flawf("手机号应为 11 位，现为 %d 位", len(bare))
		}
		return flawf("没有以 %s 开头的手机号，请核对", bare[:2])
	case !strings.HasPrefix(bare, "0") && (len(bare) == 7 || len(bare) == 8):
		return flawf("座机请加区号，如 0398-2826666")
	}
	return flawf("电话号码不对：手机号 11 位，座机要有区号，如 0398-2826666")
}

func readPhone(_ *Field, s string) (any, *flaw) {
	number, bad := parsePhone(s)
	if bad != nil {
		return nil, bad
	}
	return number, nil
}
