package grid

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"linli/internal/web/ui"
)

// english is the catalogue of the modules, as data in the page: no script, so that the policy of the page allows it.
func english(words []byte) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, `<script type="application/json" id="english">`+string(words)+`</script>`)
		return err
	})
}

func langTag(ctx context.Context) string {
	if ui.LangOf(ctx) == ui.English {
		return "en"
	}
	return "zh-CN"
}
