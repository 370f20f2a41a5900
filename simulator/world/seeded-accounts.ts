import { postingSchema, type SimulatedAccount } from './account.ts';
import { seededVideos } from './seeded-videos.ts';

type Person = Omit<SimulatedAccount, 'avatarVersion' | 'likesCount' | 'posting' | 'videos'> & Readonly<{ videoCount: number }>;

const people: readonly Person[] = [
  {
    id: 'ada',
    username: 'ada.builds',
    displayName: 'Ada Builds',
    bio: 'Small machines, explained slowly.',
    isVerified: true,
    followerCount: 128_400,
    followingCount: 212,
    videoCount: 24,
  },
  {
    id: 'bruno',
    username: 'bruno_bakes',
    displayName: 'Bruno Bakes 🥐',
    bio: 'Bread at five in the morning.',
    isVerified: false,
    followerCount: 5_310,
    followingCount: 480,
    videoCount: 12,
  },
  {
    id: 'chidi',
    username: 'chidi.runs',
    displayName: 'Chidi <Runs> & Rests',
    bio: 'Marathons\nand naps.',
    isVerified: false,
    followerCount: 941,
    followingCount: 77,
    videoCount: 7,
  },
  {
    id: 'dilnoza',
    username: 'dilnoza.draws',
    displayName: 'Дильноза Рисует',
    bio: '',
    isVerified: false,
    followerCount: 33_070,
    followingCount: 1,
    videoCount: 5,
  },
  { id: 'emi', username: 'emi_new', displayName: 'エミ', bio: '', isVerified: false, followerCount: 0, followingCount: 3, videoCount: 0 },
];

/** The creators every simulator begins with; their videos follow from the seed. */
export function seededAccounts(seed: string): readonly SimulatedAccount[] {
  return people.map(({ videoCount, ...person }) => {
    const videos = seededVideos(seed, person.id, videoCount);
    return { ...person, avatarVersion: 1, likesCount: videos.reduce((sum, video) => sum + video.likeCount, 0), videos, posting: postingSchema.parse({}) };
  });
}
