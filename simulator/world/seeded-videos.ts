import type { SimulatedVideo } from './account.ts';
import { dice, drawDigits } from './draw.ts';

const titles = [
  'First try',
  'What nobody tells you',
  'Part two',
  'Behind the scenes',
  'A quiet morning',
  'Three mistakes',
  'Live from the kitchen',
  'Answering your questions',
];
const tags = ['#learnontiktok', '#day1', '#fyp', '#small', '#howto'];
const newest = 1_785_000_000;
const longestGapSeconds = 6 * 86_400;

/** Videos of an account, newest first, the same for the same seed. One in six is private. */
export function seededVideos(seed: string, accountId: string, count: number): SimulatedVideo[] {
  const roll = dice(seed, 'videos', accountId);
  const below = (limit: number): number => Math.floor(roll() * limit);
  let createTime = newest;
  return Array.from({ length: count }, (_, index) => {
    createTime -= 3_600 + below(longestGapSeconds);
    const viewCount = 200 + below(90_000);
    const title = titles[below(titles.length)] ?? 'Untitled';
    return {
      id: `7${drawDigits(seed, 18, 'video', accountId, index)}`,
      title,
      description: `${title} ${tags[below(tags.length)] ?? ''}`.trim(),
      createTime,
      durationSeconds: 5 + below(175),
      width: 720,
      height: 1280,
      likeCount: Math.floor(viewCount * roll() * 0.2),
      commentCount: Math.floor(viewCount * roll() * 0.02),
      shareCount: Math.floor(viewCount * roll() * 0.01),
      viewCount,
      isPublic: index % 6 !== 5,
    };
  });
}
