// Keys and passkeys: a form whose answer the browser's own key gives. Without scripts or keys the form stays hidden and the other ways in remain.

const toBytes = (text: string): ArrayBuffer => {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0)).buffer;
};

const toText = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const withIds = (list: any[] | undefined) => (list ?? []).map((each) => ({ ...each, id: toBytes(each.id) }));

function question(options: any): any {
  return {
    ...options,
    challenge: toBytes(options.challenge),
    ...(options.user ? { user: { ...options.user, id: toBytes(options.user.id) } } : {}),
    ...(options.allowCredentials ? { allowCredentials: withIds(options.allowCredentials) } : {}),
    ...(options.excludeCredentials ? { excludeCredentials: withIds(options.excludeCredentials) } : {}),
  };
}

function answer(credential: any): string {
  const { response } = credential;
  const told: Record<string, unknown> = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) told[name] = toText(response[name]);
  }
  return JSON.stringify({
    id: credential.id, rawId: toText(credential.rawId), type: credential.type, response: told,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
  });
}

let waiting: AbortController | null = null;

async function ask(form: HTMLFormElement, mediation?: CredentialMediationRequirement): Promise<void> {
  const publicKey = question(JSON.parse(form.dataset.options ?? "{}"));
  const signal = waiting?.signal;
  const found = form.dataset.passkey === "create"
    ? await navigator.credentials.create({ publicKey })
    : await navigator.credentials.get({ publicKey, mediation, ...(mediation ? { signal } : {}) });
  const field = form.querySelector<HTMLInputElement>("input[data-credential]");
  if (!found || !field) return;
  field.value = answer(found);
  const remember = document.querySelector<HTMLInputElement>("input[type=checkbox][name=remember]");
  const kept = form.querySelector<HTMLInputElement>("input[data-remember]");
  if (remember && kept) kept.value = remember.checked ? "1" : "";
  form.submit();
}

async function offer(form: HTMLFormElement): Promise<void> {
  form.hidden = false;
  const problem = form.querySelector<HTMLElement>("[data-passkey-problem]");
  form.addEventListener("submit", (event) => {
    if ((event as SubmitEvent).submitter?.hasAttribute("formnovalidate")) return;
    event.preventDefault();
    waiting?.abort();
    waiting = null;
    if (problem) problem.hidden = true;
    ask(form).catch(() => {
      if (problem) problem.hidden = false;
      for (const button of form.querySelectorAll<HTMLButtonElement>("button")) button.disabled = false;
    });
  });
  const quiet = (window.PublicKeyCredential as any).isConditionalMediationAvailable;
  if (form.hasAttribute("data-conditional") && quiet && (await quiet.call(window.PublicKeyCredential))) {
    waiting = new AbortController();
    ask(form, "conditional" as CredentialMediationRequirement).catch(() => undefined);
  }
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-passkey]")) void offer(form);
}
