package community

import (
	"testing"

	"linli/internal/hall"
)

func TestWeekOf(t *testing.T) {
	for text, want := range map[string]string{
		"1-7 08:30-18:00":                      "每天 08:30–18:00",
		"1-5 15:00-20:00; 6,7 09:00-20:00":     "周一至周五 15:00–20:00；周六、周日 09:00–20:00",
		"1-5 09:00-12:00 13:30-17:00":          "周一至周五 09:00–12:00、13:30–17:00",
		"1,3,5,6,7 09:00-12:00; 2 10:00-12:00": "周一、周三、周五至周日 09:00–12:00；周二 10:00–12:00",
	} {
		h, err := hall.ParseHours(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := weekOf(t.Context(), h); got != want {
			t.Errorf("%s reads %q, want %q", text, got, want)
		}
	}
}
