import { failReasons, type Fate, type PostInfo } from '../world/publish-task.ts';
import type { World } from '../world/world.ts';

type Whose = Readonly<{ accountId: string; clientKey: string }>;

/** How a post is going to fare: as the first rule that fits it says, then as its caption says, then as the settings say. */
export function fateOf(world: World, whose: Whose, post: PostInfo): Fate {
  const { downloadMs, processingMs, moderationMs } = world.settings.publishing;
  const usual = { failReason: null, isStuck: false, downloadMs, processingMs, moderationMs };
  return { ...usual, ...captionFate(`${post.title} ${post.description}`), ...takeRule(world, whose) };
}

/** `#fail_<reason>`, `#spam` and `#stuck` let a person at the keyboard see what happens then. */
function captionFate(caption: string): Partial<Fate> {
  const tags = new Set(caption.match(/#\w+/g));
  const failReason = failReasons.find((reason) => tags.has(`#fail_${reason}`)) ?? (tags.has('#spam') ? 'spam_risk_text' : undefined);
  return { ...(failReason === undefined ? {} : { failReason }), ...(tags.has('#stuck') ? { isStuck: true } : {}) };
}

function takeRule({ publishing: { fates } }: World, { accountId, clientKey }: Whose): Partial<Fate> {
  for (const rule of fates.values()) {
    if ((rule.account ?? accountId) !== accountId || (rule.clientKey ?? clientKey) !== clientKey) continue;
    if (rule.skip > 0) {
      fates.set(rule.id, { ...rule, skip: rule.skip - 1 });
      continue;
    }
    if (rule.times === 1) fates.delete(rule.id);
    else if (rule.times !== null) fates.set(rule.id, { ...rule, times: rule.times - 1 });
    return rule.fate;
  }
  return {};
}
