// What the editor asks its own server. Each answer is data, or an Error with a reason to show.

export class Server {
  constructor(urls, labels) {
    this.urls = urls
    this.labels = labels
  }

  get(name, values) {
    return this.#ask(`${this.urls[name]}?${new URLSearchParams(values)}`, {})
  }

  post(name, values) {
    const body = new FormData()
    for (const [key, value] of Object.entries(values)) body.append(key, value)
    body.append("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "")
    return this.#ask(this.urls[name], { method: "POST", body })
  }

  async #ask(address, options) {
    let answer = null
    try {
      const response = await fetch(address, options)
      // A sign-in page, where the session ended, is no data.
      answer = response.headers.get("Content-Type")?.startsWith("application/json") ? await response.json() : null
    } catch {
      throw new Error(this.labels.no_answer)
    }
    if (!answer) throw new Error(this.labels.no_answer)
    if (answer.error) throw new Error(answer.error)
    return answer
  }
}
