/* In the components' picker: themes, places or kinds of the network, chosen by their names; codes are written. */
let asked = null

/** {theme: [[code, label], …], …}; nothing when the network does not answer. */
function words() {
  asked = asked || fetch(wiki.url('?api/partageons/words'), { credentials: 'same-origin' })
    .then((answer) => (answer.ok ? answer.json() : {}))
    .catch(() => ({}))
  return asked
}

const component = {
  props: ['value', 'config'],
  data() {
    return { known: [] }
  },
  mounted() {
    words().then((all) => { this.known = all[this.config.words] || [] })
  },
  computed: {
    options() {
      return this.known.map(([code, label]) => ({ code, label }))
    },
    chosen() {
      const codes = (this.value || '').split(',').map((code) => code.trim()).filter(Boolean)
      return codes.map((code) => this.options.find((one) => one.code === code) || { code, label: code })
    }
  },
  methods: {
    choose(chosen) {
      this.$emit('input', (chosen || []).map((one) => one.code).join(','))
    }
  },
  template: `
    <div class="form-group" :class="{ 'input-group': !known.length }" :title="config.hint">
      <label v-if="config.label" class="control-label">{{ config.label }}</label>
      <v-select v-if="known.length" :value="chosen" v-on:input="choose" :options="options" label="label" :multiple="true"
                :aria-label="config.label"></v-select>
      <input v-else type="text" :value="value" v-on:input="$emit('input', $event.target.value)" class="form-control"/>
      <input-hint v-if="!known.length" :config="config"></input-hint>
    </div>
    `
}

// The editor may be there before this file: it then finds the component among those of the whole page.
if (window.Vue) {
  window.Vue.component('input-partageons-words', component)
}

export default component
